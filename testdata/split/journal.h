/* State of the untrusted portion. */
#ifndef JOURNAL_H_
#define JOURNAL_H_

extern int journal_notes;

void journal_note(void);

#endif /* JOURNAL_H_ */
