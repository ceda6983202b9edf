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
 * Call before any descriptor is opened.
 */
bool lx_store_take(LxInheritance *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts the descriptors of a new estate in. Call once, before READY. */
void lx_store_push(const LxEstate *estate);

/* Takes them out again, and waits until systemd has done so. */
void lx_store_remove(void);
