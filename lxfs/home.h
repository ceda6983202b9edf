/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup namespace of the machine. In one of its own (a pod's, cgroup_namespaces(7)) lxfs would
 * be told of cgroups of other containers by paths such as /../../x, which lead nowhere.
 */
#pragma once

/*
 * Enters that of the first process that can be seen, which is the host's where there are the host's
 * processes, and otherwise mostly our own. Quiet when that is not possible. Call while there is one
 * thread.
 */
void lx_home_enter(void);
