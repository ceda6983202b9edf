/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "roster/labels.h"

#include <sys/stat.h>
#include <unistd.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DOCKER(name) "{\"ID\":\"" ID "\",\"Name\":\"" name "\",\"Config\":{\"Labels\":{}}}"

static char *told(const LxLabels *labels)
{
	return g_strdup_printf("%s %s/%s/%s%s %s", labels->name ? labels->name : "-",
		labels->namespace ? labels->namespace : "-", labels->pod ? labels->pod : "-",
		labels->container ? labels->container : "-", labels->is_sandbox ? " sandbox" : "",
		labels->manager ? labels->manager : "-");
}

static const struct {
	LxLabelsFormat format;
	const char *text, *told; /* NULL: refused */
} rows[] = {
	{LX_LABELS_DOCKER, DOCKER("/web"), "web -/-/- -"},
	{LX_LABELS_DOCKER, DOCKER("web"), "web -/-/- -"},
	{LX_LABELS_DOCKER, DOCKER(""), "- -/-/- -"},
	{LX_LABELS_DOCKER, DOCKER("/we\\u001b[31mb"), "we_[31mb -/-/- -"},
	{LX_LABELS_DOCKER, DOCKER("/a\\u009bb"), "a_b -/-/- -"},
	{LX_LABELS_DOCKER,
		"{\"ID\":\"" ID "\",\"Name\":\"/k8s_POD_shop_default_x_0\",\"Config\":{\"Labels\":{"
		"\"io.kubernetes.pod.name\":\"shop\",\"io.kubernetes.pod.namespace\":\"default\","
		"\"io.kubernetes.docker.type\":\"podsandbox\"}}}",
		"k8s_POD_shop_default_x_0 default/shop/- sandbox -"},
	{LX_LABELS_DOCKER, "{\"ID\":\"" OTHER "\",\"Name\":\"/web\"}", NULL},
	{LX_LABELS_DOCKER, "{\"ID\":\"" ID "\",\"Name\":7,\"Config\":[]}", "- -/-/- -"},
	{LX_LABELS_OCI,
		"{\"annotations\":{\"io.kubernetes.cri.container-name\":\"nginx\","
		"\"io.kubernetes.cri.sandbox-name\":\"shop\","
		"\"io.kubernetes.cri.sandbox-namespace\":\"default\","
		"\"io.kubernetes.cri.container-type\":\"container\"}}",
		"- default/shop/nginx -"},
	{LX_LABELS_OCI,
		"{\"annotations\":{\"io.kubernetes.container.name\":\"nginx\","
		"\"io.kubernetes.pod.name\":\"shop\",\"io.kubernetes.pod.namespace\":\"default\","
		"\"io.kubernetes.cri-o.ContainerType\":\"sandbox\"}}",
		"- default/shop/nginx sandbox -"},
	{LX_LABELS_OCI, "{\"annotations\":{\"nerdctl/name\":\"web\"}}", "web -/-/- -"},
	{LX_LABELS_OCI, "{\"annotations\":{\"io.kubernetes.pod.name\":[\"shop\"]}}", "- -/-/- -"},
	{LX_LABELS_OCI, "{}", "- -/-/- -"},
	{LX_LABELS_DOCKER, "", NULL},
	{LX_LABELS_OCI, "[]", NULL},
	{LX_LABELS_OCI, "{\"annotations\":", NULL},
};

START_TEST(each_runtimes_file_tells_its_names)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxLabels) labels = {0};
		g_autofree char *text = NULL;
		bool done = lx_labels_parse(
			rows[i].format, rows[i].text, strlen(rows[i].text), ID, &labels);

		text = told(&labels);
		ck_assert_msg(done == (rows[i].told != NULL), "row %zu", i);
		ck_assert_str_eq(text, rows[i].told ? rows[i].told : "- -/-/- -");
	}
}
END_TEST

START_TEST(what_a_container_asks_for_is_told)
{
	const char *oci = "{\"annotations\":{\"lxfs.io/inject\":\"enabled\"}}";
	g_auto(LxLabels) labels = {0};

	ck_assert(lx_labels_parse(LX_LABELS_OCI, oci, strlen(oci), ID, &labels));
	ck_assert_str_eq(labels.inject, "enabled");
}
END_TEST

START_TEST(a_name_is_fit_for_a_terminal)
{
	g_autofree char *long_name = g_strnfill(1000, 'x');
	g_autofree char *cut = lx_labels_harmless(long_name);
	static const char *const names[][2] = {
		{"web", "web"},
		{"b\xc3\xa4r", "b\xc3\xa4r"},
		{"a\nb\tc\x7f", "a_b_c_"},
		{"a\xc2\x9b"
		 "b",
			"a_b"},
		{"a\xff"
		 "b",
			"a\xef\xbf\xbd"
			"b"},
		{"", NULL},
		{NULL, NULL},
	};

	ck_assert_uint_le(strlen(cut), 257);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *got = lx_labels_harmless(names[i][0]);

		ck_assert_pstr_eq(got, names[i][1]);
	}
}
END_TEST

static LxMountinfo *mounts_of(const char *text)
{
	g_autoptr(GError) error = NULL;
	LxMountinfo *mounts = lx_mountinfo_parse(g_strdup(text), "text", &error);

	unit_ok(mounts != NULL, error);
	return mounts;
}

/* The root's file system is on 8:1, another one on 8:2 is mounted on /disk. */
static void found_is(
	const char *root, const char *runtime, const LxMount *hostname, const char *expected)
{
	const LxContainerInfo info = {.id = ID, .runtime = runtime};
	g_autoptr(LxShelf) shelf = lx_shelf_new(root);
	g_autoptr(LxMountinfo) mounts =
		mounts_of("1 0 8:1 / / rw - x x rw\n2 1 8:2 / /disk rw - x x rw\n");
	const LxLabelsPlace place = {root, shelf, mounts};
	g_auto(LxLabels) labels = {0};
	g_autofree char *text = NULL;

	lx_labels_find(&place, &info, hostname, &labels);
	text = told(&labels);
	ck_assert_str_eq(text, expected);
}

START_TEST(the_runtime_says_where_to_look)
{
	static const char *const files[] = {"var/lib/docker/containers/" ID "/config.v2.json",
		DOCKER("/web"),
		"run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json",
		"{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"shop\"}}",
		"var/lib/containers/storage/vfs-containers/containers.json",
		"[{\"id\":\"" ID "\",\"names\":[\"box\"]}]", "var/lib/incus/devices/" ID "/x", "",
		NULL};
	unit_autofolder root = unit_folder_new(files);

	found_is(root, "docker", NULL, "web -/-/- -");
	found_is(root, "containerd", NULL, "- -/shop/- -");
	found_is(root, "podman", NULL, "box -/-/- -");
	found_is(root, "lxc", NULL, "- -/-/- incus");
	found_is(root, "plain", NULL, "- -/-/- -");
}
END_TEST

START_TEST(incus_puts_a_project_before_the_name)
{
	static const char *const files[] = {
		"var/lib/incus/devices/shop_web/x", "", "var/lib/incus/devices/mail/x", "", NULL};
	unit_autofolder root = unit_folder_new(files);
	const LxLabelsPlace place = {.root = root};
	static const char *const ids[][2] = {
		{"shop_web", "web -/-/- incus"}, {"mail", "- -/-/- incus"}, {"a_b", "- -/-/- -"}};

	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		const LxContainerInfo info = {.id = ids[i][0], .runtime = "lxc"};
		g_auto(LxLabels) labels = {0};
		g_autofree char *text = NULL;

		lx_labels_find(&place, &info, NULL, &labels);
		text = told(&labels);
		ck_assert_str_eq(text, ids[i][1]);
	}
}
END_TEST

START_TEST(docker_is_found_wherever_its_folder_is)
{
	static const char *const files[] = {"data/containers/" ID "/config.v2.json", DOCKER("/web"),
		"data/containers/" OTHER "/config.v2.json", DOCKER("/wrong"),
		"disk/docker/containers/" ID "/config.v2.json", DOCKER("/far"), NULL};
	static const struct {
		const char *runtime, *mount, *expected;
	} cases[] = {
		{"docker", "8:1 /data/containers/" ID "/hostname", "web -/-/- -"},
		{"docker", "8:1 /data/containers/" OTHER "/hostname", "- -/-/- -"},
		{"docker", "8:1 /data/containers/" ID "/hosts", "- -/-/- -"},
		{"podman", "8:1 /data/containers/" ID "/hostname", "- -/-/- -"},
		{"docker", "8:2 /docker/containers/" ID "/hostname", "far -/-/- -"},
		{"docker", "8:3 /docker/containers/" ID "/hostname", "- -/-/- -"},
	};
	unit_autofolder root = unit_folder_new(files);

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line =
			g_strdup_printf("7 0 %s /etc/hostname rw - x x rw\n", cases[i].mount);
		g_autoptr(LxMountinfo) mounts = mounts_of(line);

		found_is(root, cases[i].runtime, lx_labels_hostname(mounts), cases[i].expected);
	}
}
END_TEST

START_TEST(a_file_that_is_none_is_not_read)
{
	static const char *const files[] = {
		"secret", DOCKER("/web"), "var/lib/docker/containers/" ID "/x", "", NULL};
	unit_autofolder root = unit_folder_new(files);
	g_autofree char *path =
		g_build_filename(root, "var/lib/docker/containers/" ID "/config.v2.json", NULL);
	g_autofree char *secret = g_build_filename(root, "secret", NULL);

	ck_assert_int_eq(symlink(secret, path), 0);
	found_is(root, "docker", NULL, "- -/-/- -");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	found_is(root, "docker", NULL, "- -/-/- -");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	found_is(root, "docker", NULL, "- -/-/- -");
}
END_TEST

START_TEST(a_file_that_is_too_large_is_not_read)
{
	static const char *const files[] = {"var/lib/docker/containers/" ID "/x", "", NULL};
	unit_autofolder root = unit_folder_new(files);
	g_autofree char *path =
		g_build_filename(root, "var/lib/docker/containers/" ID "/config.v2.json", NULL);
	g_autofree char *blanks = g_strnfill(9 << 20, ' ');
	g_autofree char *text = g_strconcat(DOCKER("/web"), blanks, NULL);

	ck_assert(g_file_set_contents(path, text, -1, NULL));
	found_is(root, "docker", NULL, "- -/-/- -");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_runtimes_file_tells_its_names,
		what_a_container_asks_for_is_told,
		a_name_is_fit_for_a_terminal,
		the_runtime_says_where_to_look,
		incus_puts_a_project_before_the_name,
		docker_is_found_wherever_its_folder_is,
		a_file_that_is_none_is_not_read,
		a_file_that_is_too_large_is_not_read,
		NULL,
	};

	return unit_suite_new("roster/labels", tests);
}
