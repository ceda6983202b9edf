/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd's descriptor store (FileDescriptorStoreMax= in systemd.service(5)): PID 1 keeps copies of
 * the estate's descriptors, so that even the death of supervisor and worker together, or a restart
 * of the service, loses neither a mount nor a request. Without libsystemd there is no store.
 */
#pragma once

#include "serve/handover.h"

/*
 * What the store has given back to this start. True with a NULL estate when there is nothing. On
 * failure (of another version, incomplete, or the mounts have died) the descriptors are closed.
 * Call before any descriptor is opened. `listeners` (of LxListener) is given what there is of them,
 * also on failure: containers have no others.
 */
bool lx_store_take(LxInheritance *out, GArray *listeners, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts the descriptors of a new estate in. Call once, before READY. */
void lx_store_push(const LxEstate *estate);

/* Also a socket for listeners, and a listener; which systemd drops by itself when it has ended.
 */
void lx_store_push_reception(const LxEstate *estate, LxReceptionKind kind);
void lx_store_push_listener(const LxListener *listener);
void lx_store_remove_listener(uint32_t serial);

/* Takes them out again, and waits until systemd has done so. */
void lx_store_remove(const LxEstate *estate);
