/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * liblxfs: what a container should see of its machine.
 *
 * An LxContext serves a small tree of virtual files (the layout of LXCFS: proc/meminfo,
 * sys/devices/system/cpu/..., containers/ID/...). Whoever shows the tree to somebody, the FUSE
 * daemon `lxfs serve` or a program of your own, looks nodes up by name, reads attributes, lists
 * folders and asks for texts, each time saying who the caller is. The library knows nothing of
 * FUSE.
 *
 * Every function is safe from any thread. Errors are GErrors of the domain lx_error_quark() whose
 * code is an errno. Results are the caller's to free unless it says "borrowed".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <glib.h>

G_BEGIN_DECLS

#if defined(__GNUC__)
#define LX_PUBLIC __attribute__((visibility("default")))
#else
#define LX_PUBLIC
#endif

LX_PUBLIC GQuark lx_error_quark(void);

/* Sets *error (if not NULL) to an errno and a message; _errno adds ": " and the errno's own text.
 */
LX_PUBLIC void lx_error_set(GError **error, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);
LX_PUBLIC void lx_error_set_errno(GError **error, int code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* The errno in `error`; EIO for an error of another domain and for NULL. */
LX_PUBLIC int lx_error_code(const GError *error);

/* ---- Settings: what /etc/lxfs/lxfs.conf says --------------------------------------------- */

typedef enum {
	LX_CPU_VIEW_QUOTA,  /* the set, cut to ceil(quota / period) CPUs */
	LX_CPU_VIEW_CPUSET, /* the set alone */
	LX_CPU_VIEW_SHARES, /* the set, cut to what the weight is worth */
	LX_CPU_VIEW_HOST,   /* the host's CPUs */
} LxCpuView;

typedef enum {
	LX_CPU_NUMBERS_REAL,
	LX_CPU_NUMBERS_RENUMBER, /* 0..N-1 everywhere */
} LxCpuNumbers;

typedef enum {
	LX_CPU_POSSIBLE_HOST,
	LX_CPU_POSSIBLE_VISIBLE,
} LxCpuPossible;

typedef enum {
	LX_UNKNOWN_CALLER_HOST,
	LX_UNKNOWN_CALLER_DENY,
} LxUnknownCaller;

typedef enum {
	LX_CGROUP_VIEW_OFF,
	LX_CGROUP_VIEW_OWN,       /* files say what the kernel's own say */
	LX_CGROUP_VIEW_EFFECTIVE, /* limits are the tightest of all levels */
} LxCgroupView;

/* What time it is: the kernel's clocks, or one that stands still for captured hosts. */
typedef struct {
	bool fixed;
	uint64_t fixed_boottime_nsec; /* since boot, suspended time included (CLOCK_BOOTTIME) */
	uint64_t fixed_realtime_nsec; /* since 1970 */
} LxClock;

typedef struct {
	LxCpuView cpu_view;
	LxCpuNumbers cpu_numbers;
	LxCpuPossible cpu_possible;
	LxUnknownCaller unknown_caller;
	LxCgroupView cgroup_view;
	bool swap;         /* false: SwapTotal and SwapFree are 0 */
	bool load_average; /* sample loads every 5 seconds */
	bool host_only;    /* everybody gets the host's own text: when all else fails */
	unsigned
		max_containers; /* containers kept in the caches, and their descriptors with them */
	const char *sysroot;    /* "/" or a captured host; borrowed for lx_context_new only */
	LxClock clock;          /* zero: the kernel's */
	/*
	 * Memory for what must outlive this process: CPU counters, load averages, names. NULL:
	 * private memory of the context's own. A successor that gets the same memory carries on; of
	 * more containers than it has room for some are not remembered.
	 */
	void *memory;
	size_t memory_bytes;
} LxSettings;

/* The defaults: quota, real, host, host, own, swap on, load averages on, 4096 containers, "/". */
LX_PUBLIC void lx_settings_init(LxSettings *settings);

/* ---- The context ------------------------------------------------------------------------- */

typedef struct LxContext LxContext;

LX_PUBLIC LxContext *lx_context_new(
	const LxSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
LX_PUBLIC void lx_context_free(LxContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxContext, lx_context_free)

/* How many bytes `memory` should have for this host (the number of its CPUs counts). */
LX_PUBLIC size_t lx_context_memory_bytes(const LxSettings *settings);

/* "v1", "v2" or "hybrid". Borrowed. */
LX_PUBLIC const char *lx_context_cgroup_layout(const LxContext *context);

/*
 * A descriptor to poll for reading in the program's main loop, and what to call then: containers
 * that ended are dropped from the caches.
 */
LX_PUBLIC int lx_context_watch_fd(const LxContext *context);
LX_PUBLIC void lx_context_dispatch(LxContext *context);

/*
 * Samples the load of the containers that were asked about lately: call every 5 seconds. Where many
 * of them are busy, it loads a BPF program into the kernel, if it may, which stays for as long as
 * the context.
 */
LX_PUBLIC void lx_context_sample(LxContext *context);

/* What the context remembers of who its callers are; the counts begin at 0 with the context. */
typedef struct {
	uint64_t entries; /* now */
	uint64_t hits;
	uint64_t misses;
	uint64_t dropped; /* ended, moved, or made room for others */
} LxStatistics;
LX_PUBLIC void lx_context_statistics(const LxContext *context, LxStatistics *out);

/* ---- The tree ---------------------------------------------------------------------------- */

/*
 * A node is a number that says what it names and nothing else: no table of live nodes stands behind
 * it, so that a number handed out by one process means the same to the next. LX_NODE_ROOT is the
 * root of the tree, LX_NODE_PRESSURE the folder proc/pressure.
 */
typedef uint64_t LxNode;
#define LX_NODE_ROOT ((LxNode)1)
#define LX_NODE_PRESSURE ((LxNode)4)

typedef enum { LX_NODE_FOLDER, LX_NODE_FILE, LX_NODE_LINK } LxNodeType;

typedef struct {
	LxNode node;
	LxNodeType type;
	mode_t permissions; /* 0444, 0555, ...; owner is always root */
	uint64_t size;      /* a multiple of the page size that is not smaller than the text */
	bool shared;        /* the text depends on who reads: it must never be cached */
	bool fixed;         /* the name exists for every caller: its entry may be cached */
	bool trigger;       /* a pressure file: takes triggers, can be polled */
} LxAttributes;

/*
 * Who asks, and of which context: the thread id as this process sees it (0: nobody it can see), or,
 * with `container` not 0, on behalf of the container of that number (LX_CALLER_HOST: of the host).
 *
 * `admit`, if not NULL, is told the number of the container before anything of it is read; when it
 * answers false, the caller gets the host's own text.
 */
#define LX_CALLER_HOST UINT64_MAX

typedef struct {
	LxContext *context;
	pid_t tid;
	uint64_t container;
	bool (*admit)(uint64_t container, gpointer data);
	gpointer data;
} LxCaller;

LX_PUBLIC bool lx_tree_lookup(const LxCaller *caller, LxNode parent, const char *name,
	LxAttributes *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
LX_PUBLIC bool lx_tree_attributes(const LxCaller *caller, LxNode node, LxAttributes *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* From a path ("proc/meminfo", with or without a leading '/'). */
LX_PUBLIC bool lx_tree_resolve(const LxCaller *caller, const char *path, LxAttributes *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Calls `visit` for every entry until it returns false. "." and ".." are not among them. */
typedef bool (*LxTreeVisit)(const char *name, const LxAttributes *attributes, gpointer data);
LX_PUBLIC bool lx_tree_list(const LxCaller *caller, LxNode folder, LxTreeVisit visit, gpointer data,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the text of a file for this caller, as it is now, and puts it behind what `text` holds. */
LX_PUBLIC bool lx_tree_read(const LxCaller *caller, LxNode file, GString *text,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The target of a symbolic link, for g_free. */
LX_PUBLIC char *lx_tree_readlink(
	const LxCaller *caller, LxNode link, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Which part of the tree a node belongs to, for whoever counts: a number below LX_TREE_PARTS that
 * means the same in every version of the library, 0 for what it does not know. Its name is the path
 * of a file ("proc/meminfo"), or of the mirrored folder that the node lies in
 * ("sys/devices/system/cpu"); borrowed, NULL for a number that no file has.
 */
#define LX_TREE_PARTS 64
LX_PUBLIC unsigned lx_tree_part(LxNode node);
LX_PUBLIC const char *lx_tree_part_name(unsigned part);

/*
 * Whether tasks can be counted by a BPF program, as they are for load averages where there are
 * many: loads it, starts a pass over all tasks and lets go of both. Otherwise why not; ENOSYS: the
 * library has none.
 */
LX_PUBLIC bool lx_sweep_probe(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * What sysinfo(2) should tell this caller, by the same numbers as the files: puts the struct that
 * the kernel would write behind what `bytes` holds, 112 bytes, or with `narrow` the 64 of a 32-bit
 * caller. ENODATA when the kernel's own answer is the right one, as it is for the host.
 */
LX_PUBLIC bool lx_tree_sysinfo(const LxCaller *caller, bool narrow, GString *bytes,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Cuts a mask of CPUs, the kernel's answer to sched_getaffinity(2) of this caller, to those that
 * the files show, under their numbers there. One of which nothing would be left stays as it is.
 * ENODATA as above; E2BIG: more words than any kernel has.
 */
LX_PUBLIC bool lx_tree_affinity(const LxCaller *caller, uint64_t *mask, size_t n_words,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number of the caller's container, as `admit` is told; 0 for the host. */
LX_PUBLIC uint64_t lx_tree_owner(const LxCaller *caller);

/*
 * Sets a pressure trigger ("some 150000 1000000", Documentation/accounting/psi.rst) for the
 * caller's container. The result is a descriptor that polls POLLPRI whenever the threshold is
 * crossed and POLLERR once the cgroup has gone; closing it ends the trigger. -1 on failure, with
 * the kernel's own errno (EINVAL, EBUSY, EOPNOTSUPP).
 */
LX_PUBLIC int lx_tree_set_trigger(const LxCaller *caller, LxNode file, const char *trigger,
	size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Containers -------------------------------------------------------------------------- */

/*
 * The containers of this host at one moment, by id, each once: what has namespaces of its own or
 * was made by a known runtime, not every service. The context must outlive it.
 */
typedef struct LxInventory LxInventory;

/* Looks through all processes. Fails where the context was made with host_only. */
LX_PUBLIC LxInventory *lx_inventory_new(
	LxContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
LX_PUBLIC void lx_inventory_free(LxInventory *inventory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInventory, lx_inventory_free)

typedef struct {
	const char *id; /* what its runtime calls it, unique here: its name below containers/ */
	const char *runtime; /* "docker", "podman", "containerd", "cri-o", "kubernetes", "lxc",
				"libvirt", "systemd-nspawn", "oci" (some other), "plain" (none) */
	const char *cgroup;  /* the path that names it, from the root of its hierarchy */
	const char *pod_uid; /* of its Kubernetes pod; NULL: it is in none */
	pid_t init_pid;      /* 0: it has no process */
	uint64_t number;     /* what lx_tree_owner says and LxCaller takes */
	uint64_t start_boottime_nsec; /* when its init started */
} LxContainerInfo;

/* In the order of their ids; NULL behind the last. Borrowed, with all that it points to. */
LX_PUBLIC const LxContainerInfo *lx_inventory_at(const LxInventory *inventory, unsigned index);

typedef enum {
	LX_FIGURE_CPUS = 1 << 0,
	LX_FIGURE_MEMORY = 1 << 1, /* and swap */
	LX_FIGURE_TASKS = 1 << 2,
	LX_FIGURE_LOAD = 1 << 3,
	LX_FIGURE_CPU_TIME = 1 << 4,
	LX_FIGURE_PRESSURE = 1 << 5,
	LX_FIGURE_IO = 1 << 6,
	LX_FIGURES_ALL = (1 << 7) - 1,
} LxFigure;

/* How long tasks waited in the last 10 seconds, in hundredths of a percent: some of them, all. */
typedef struct {
	unsigned some;
	unsigned full;
} LxStall;

/* One container's figures, as the views tell them. */
typedef struct {
	unsigned have;                   /* bits of LxFigure; what is absent is 0 */
	unsigned n_cpus;                 /* visible */
	bool memory_limited;             /* memory_bytes is less than the host has */
	uint64_t memory_bytes;           /* MemTotal */
	uint64_t memory_free_bytes;      /* MemFree */
	uint64_t memory_available_bytes; /* MemAvailable; the rest of MemTotal is what is used */
	uint64_t swap_bytes;             /* SwapTotal */
	uint64_t swap_free_bytes;        /* SwapFree */
	unsigned tasks;                  /* threads */
	unsigned tasks_running;
	unsigned load_hundredths[3]; /* over 1, 5, 15 minutes. A context that nobody calls
					lx_context_sample on knows only the tasks active now */
	uint64_t cpu_nsec;           /* used by all its tasks since its cgroup was made */
	LxStall cpu_pressure;
	LxStall memory_pressure;
	LxStall io_pressure;
	uint64_t read_bytes; /* from and to all devices */
	uint64_t written_bytes;
} LxFigures;

/*
 * Reads what `wanted` (bits of LxFigure) asks for of the container at `index`. What this kernel
 * does not count is absent. ENOENT when the container has ended, EINVAL for an index behind the
 * last.
 */
LX_PUBLIC bool lx_inventory_read(const LxInventory *inventory, unsigned index, unsigned wanted,
	LxFigures *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- The cgroup view --------------------------------------------------------------------- */

/*
 * The caller's own cgroups and nothing else: a path in the view is the path in the caller's own
 * /proc/self/cgroup. On a host with v1 hierarchies there is a folder for each of them, on v2 the
 * view is the hierarchy. docs/cgroup-view.md says what can be done in it.
 *
 * Numbers are as those of the tree: pure functions of what they name. Every call asks again who the
 * caller is; the number of what is not the caller's own is answered ENOENT.
 */
typedef struct LxCgroupTree LxCgroupTree;

/* NULL when there is none: switched off, or everybody gets the host's own text. Borrowed. */
LX_PUBLIC LxCgroupTree *lx_context_view(const LxContext *context);

#define LX_VIEW_ROOT ((LxNode)1)
/*
 * Beside the folder of each v1 hierarchy, "memory", there is a name that no list has,
 * ".own.memory": the caller's own topmost folder in it. It is for whoever mounts that for somebody
 * else: this name and its number are everybody's, those of the folder itself only its container's.
 */
#define LX_VIEW_OWN ".own."

/* Who asks, and with which file-system ids (credentials(7)) as this process sees them. */
typedef struct {
	LxCgroupTree *view;
	pid_t tid;
	uid_t uid;
	gid_t gid;
	bool (*admit)(uint64_t container, gpointer data); /* as in LxCaller; false: EIO */
	gpointer data;
} LxViewCaller;

/* `status` is what stat(2) says; the kernel's own inode number stands in st_ino. */
typedef struct {
	LxNode node;
	struct stat status;
	unsigned lasts_seconds; /* so long the name leads there, whoever asks; 0: ask each time */
} LxViewEntry;

LX_PUBLIC bool lx_view_lookup(const LxViewCaller *caller, LxNode folder, const char *name,
	LxViewEntry *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
LX_PUBLIC bool lx_view_attributes(const LxViewCaller *caller, LxNode node, struct stat *status,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Calls `visit` for every entry behind `position` (0: from the start) until it returns false;
 * `next` is the position behind the entry. An entry that is there all the time is visited once,
 * whatever is made and removed meanwhile. "." and ".." are among them.
 */
typedef bool (*LxViewVisit)(
	const char *name, const struct stat *status, int64_t next, gpointer data);
LX_PUBLIC bool lx_view_list(const LxViewCaller *caller, LxNode folder, int64_t position,
	LxViewVisit visit, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* access(2), for the file-system ids: of R_OK, W_OK and X_OK. */
LX_PUBLIC bool lx_view_access(const LxViewCaller *caller, LxNode node, int mask,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* May the caller open this file, with flags as open(2) takes them? */
LX_PUBLIC bool lx_view_open(const LxViewCaller *caller, LxNode file, int flags,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The text of a file as it is now, behind what `text` holds. */
LX_PUBLIC bool lx_view_read(const LxViewCaller *caller, LxNode file, GString *text,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Whatever changes something is carried out with the caller's own credentials, so that the kernel
 * decides, and is refused where it decides by what the caller is to us and not to it: moving
 * processes that are not his, and the limits of his container's topmost cgroup (EPERM).
 */

/* One write(2) of all bytes. EPERM for what a container may not write whatever its rights are. */
LX_PUBLIC bool lx_view_write(const LxViewCaller *caller, LxNode file, const char *bytes,
	size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What writing to a file does. */
typedef enum {
	LX_VIEW_SETS,     /* a value, which may be set again */
	LX_VIEW_ACTS,     /* something, and once more when it is written again (cgroup.kill) */
	LX_VIEW_TRIGGERS, /* a pressure trigger, which lives as long as the open file */
	LX_VIEW_NOTHING,  /* it is no file of the caller's */
} LxViewEffect;

LX_PUBLIC LxViewEffect lx_view_effect(const LxViewCaller *caller, LxNode file);

/* As lx_tree_set_trigger does, on a file that LX_VIEW_TRIGGERS. -1 on failure. */
LX_PUBLIC int lx_view_set_trigger(const LxViewCaller *caller, LxNode file, const char *trigger,
	size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Opens a file to be told of changes (cgroup.events, memory.events): the descriptor polls POLLPRI
 * once the kernel says that the text has changed since it was last read through it, which is now.
 * -1 on failure.
 */
LX_PUBLIC int lx_view_watch(
	const LxViewCaller *caller, LxNode file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

LX_PUBLIC bool lx_view_mkdir(const LxViewCaller *caller, LxNode parent, const char *name,
	mode_t mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;
LX_PUBLIC bool lx_view_rmdir(const LxViewCaller *caller, LxNode parent, const char *name,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What making or removing anything but a folder fails with. */
LX_PUBLIC bool lx_view_refuse(const LxViewCaller *caller, LxNode parent, const char *name,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
	LxNode parent;
	const char *name;
} LxViewName;
LX_PUBLIC bool lx_view_rename(const LxViewCaller *caller, const LxViewName *from,
	const LxViewName *to, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Which of them are to be changed; times as utimensat(2) takes them. */
typedef struct {
	bool mode, uid, gid, size, times;
	mode_t new_mode;
	uid_t new_uid;
	gid_t new_gid;
	struct timespec new_times[2];
} LxViewChange;
LX_PUBLIC bool lx_view_change(const LxViewCaller *caller, LxNode node, const LxViewChange *change,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Extended attributes (xattr(7)): as getxattr(2) and its kin. -1 on failure. */
LX_PUBLIC ssize_t lx_view_get_xattr(const LxViewCaller *caller, LxNode node, const char *name,
	void *value, size_t room, GError **error) G_GNUC_WARN_UNUSED_RESULT;
LX_PUBLIC ssize_t lx_view_list_xattrs(const LxViewCaller *caller, LxNode node, char *names,
	size_t room, GError **error) G_GNUC_WARN_UNUSED_RESULT;
typedef struct {
	const char *name;
	const void *value; /* NULL: remove it */
	size_t size;
	int flags;
} LxViewXattr;
LX_PUBLIC bool lx_view_set_xattr(const LxViewCaller *caller, LxNode node, const LxViewXattr *xattr,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
