// What pointers reach in a whole program: which bytes a function may read or
// write behind each of its pointer parameters while a call of it lasts, itself
// or by what it calls.
//
//   InferExtents(program);
//   // program.flow.functions[i].parameters[j].inferred
//
// Two things are told apart. *At most* so many bytes are reached: of that no
// execution is an exception that C defines. But where a function looks at fewer
// in some calls, a caller need not have that many; and who carries a call over
// copies them all. So *provided* says that they can be copied: either every
// call of the function reaches all of them before it calls anything else (a
// caller that has fewer is wrong by itself); or a number says how many they
// are, and each access reaches all of them (no caller has fewer than it says,
// but who counts on not being looked at); or every caller in the program is
// known to have them: in a local, a global, what malloc gave it, or behind a
// parameter of its own that is provided as far. Nobody may be able to call the
// function by its address, and a function that nobody calls is not provided.
//
// Nothing is inferred of a pointer that the function stores, returns, compares
// with another object's, turns into a number, or hands to code of which nothing
// is known; nor of one that may be followed to before where it points, or
// behind which there are pointers.

#ifndef BAILEY_ANALYZER_FLOW_POINTER_EXTENTS_H_
#define BAILEY_ANALYZER_FLOW_POINTER_EXTENTS_H_

namespace bailey::analyzer {

struct Program;

// Requires the program's functions in order of their ids, with `address_taken`.
void InferExtents(Program& program);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_POINTER_EXTENTS_H_
