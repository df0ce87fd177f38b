// Parts of the analysis of machine code that can be switched off, to see what
// each is good for. With any of them off the answer is as sound, and larger.
//
//   ReachOptions options;
//   options.live_data = false;
//   LibraryReach reach(link, options);

#ifndef BAILEY_ANALYZER_ELF_REACH_OPTIONS_H_
#define BAILEY_ANALYZER_ELF_REACH_OPTIONS_H_

#include "analyzer/elf/run_time_entries.h"

namespace bailey::analyzer {

struct ReachOptions {
  // A function that data names is called only if the data is used. Off: calls
  // through pointers lead to all that any data names.
  bool live_data = true;
  // What c_library_facts.h says. Off: all calls stand where the code has them.
  bool c_library_facts = true;
  // What is loaded at run time, and by whom. Files without a load count as
  // there from the start.
  RunTimeEntries entries = {};
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_REACH_OPTIONS_H_
