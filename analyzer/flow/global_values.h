// What values a program gives its globals, where all can be told: the program's
// tables are closed, and so is what is chosen from them.
//
//   FindGlobalValues(program);   // flow.globals[i].values
//
// Of numbers, of pointers to functions of the program and to constant texts.
// Every store to the global by its name is looked at, and its address goes
// nowhere. What is stored is a constant, an argument that every caller gives,
// or what a table has in one of its columns: the initializer's and what is
// stored there. A table whose rows are handed to functions may be changed by
// these as well; a number is only believed where, but for these, all that uses
// the table is loads and stores by its name and addresses of other columns.

#ifndef BAILEY_ANALYZER_FLOW_GLOBAL_VALUES_H_
#define BAILEY_ANALYZER_FLOW_GLOBAL_VALUES_H_

namespace bailey::analyzer {

struct Program;

// Of a joined program. Any doubt leaves `values` empty.
void FindGlobalValues(Program& program);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_GLOBAL_VALUES_H_
