/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream lent to somebody who will close it. */
#include "front/loan.h"

typedef struct {
	GIOStream parent;
	GIOStream *stream;
	LxInjectLoanBack back;
	gpointer data;
} Loan;

typedef GIOStreamClass LoanClass;

static GType loan_get_type(void);
G_DEFINE_TYPE(Loan, loan, G_TYPE_IO_STREAM)

static GInputStream *get_input(GIOStream *stream)
{
	return g_io_stream_get_input_stream(((Loan *)stream)->stream);
}

static GOutputStream *get_output(GIOStream *stream)
{
	return g_io_stream_get_output_stream(((Loan *)stream)->stream);
}

static gboolean give_back(GIOStream *stream, GCancellable *cancellable, GError **error)
{
	Loan *loan = (Loan *)stream;
	LxInjectLoanBack back = g_steal_pointer(&loan->back);

	if (back)
		back(loan->data);
	return TRUE;
}

static void loan_finalize(GObject *object)
{
	g_object_unref(((Loan *)object)->stream);
	G_OBJECT_CLASS(loan_parent_class)->finalize(object);
}

static void loan_class_init(LoanClass *class)
{
	class->get_input_stream = get_input;
	class->get_output_stream = get_output;
	class->close_fn = give_back;
	G_OBJECT_CLASS(class)->finalize = loan_finalize;
}

static void loan_init(Loan *loan)
{
}

GIOStream *lx_inject_loan_new(GIOStream *stream, LxInjectLoanBack back, gpointer data)
{
	Loan *loan = g_object_new(loan_get_type(), NULL);

	loan->stream = g_object_ref(stream);
	loan->back = back;
	loan->data = data;
	return G_IO_STREAM(loan);
}
