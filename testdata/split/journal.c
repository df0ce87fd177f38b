#include "journal.h"

int journal_notes;

void journal_note(void) { ++journal_notes; }
