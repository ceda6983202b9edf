/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream lent to somebody who will close it: the stream itself stays open, and comes back. */
#pragma once

#include <gio/gio.h>

/* Called once, when the borrower closes what it was lent. */
typedef void (*LxInjectLoanBack)(gpointer data);

/* For g_object_unref. Keeps the stream alive. */
GIOStream *lx_inject_loan_new(GIOStream *stream, LxInjectLoanBack back, gpointer data);
