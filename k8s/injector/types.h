/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The types of GLib and libsoup that more than one thread uses. */
#pragma once

/*
 * Call while there is one thread. A type is made when it is first used, and one thread that makes a
 * class while another adds an interface to a type that the class needs wait for each other for ever
 * (GLib 2.74: the once of the type, and the lock of all classes).
 */
void lx_inject_types_make(void);
