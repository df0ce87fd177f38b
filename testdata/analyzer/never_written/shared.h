extern int no_written_in_header;
extern int no_extern_of_other_type;
extern int yes_extern_read;
static inline void set_in_header(void) { no_written_in_header = 3; }
