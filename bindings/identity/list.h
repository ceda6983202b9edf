/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of containers as it was at one moment: each once, ids unique, sorted. Immutable, shared.
 */
#pragma once

#include "identity/container.h"

typedef struct LxList LxList;

/*
 * Of LxContainer, in any order, the same container any number of times. Of those that share an id
 * every one gets "-" and the number of its cgroup behind it.
 */
LxList *lx_list_new(GPtrArray *found);
LxList *lx_list_ref(LxList *list);
void lx_list_unref(LxList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxList, lx_list_unref)

/* A copy of the array, with references. */
GPtrArray *lx_list_containers(const LxList *list);
/* Borrowed; NULL when there is none. */
LxContainer *lx_list_find_id(const LxList *list, const char *id);
/* By lx_container_number. */
LxContainer *lx_list_find_number(const LxList *list, uint32_t number);
