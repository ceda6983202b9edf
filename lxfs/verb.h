/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of the program: `lxfs VERB ...`. */
#pragma once

enum { LX_EXIT_DONE = 0, LX_EXIT_FAILED = 1, LX_EXIT_USAGE = 2 };

/* Gets argv with the verb at argv[0]; gives the exit code. Errors go to standard error, one line.
 */
typedef int (*LxVerb)(int argc, char **argv);

int lx_attach_verb(int argc, char **argv);
int lx_detach_verb(int argc, char **argv);
int lx_doctor_verb(int argc, char **argv);
int lx_heal_verb(int argc, char **argv);
int lx_hook_verb(int argc, char **argv);
int lx_metrics_verb(int argc, char **argv);
int lx_ps_verb(int argc, char **argv);
int lx_reload_verb(int argc, char **argv);
int lx_serve_verb(int argc, char **argv);
int lx_show_verb(int argc, char **argv);
int lx_top_verb(int argc, char **argv);
/* The program's other name, lxfs-runtime. */
int lx_wrapper_verb(int argc, char **argv);
