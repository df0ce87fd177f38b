// `program` and `serves`: code that runs as several programs already, each of
// which is a portion as it is.
//
//   TakeProgram(statement, body, report, portion);  // of each portion, in
//   order CheckPrograms(report, policy);                  // when all are
//   declared

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_PROGRAM_WORDS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_PROGRAM_WORDS_H_

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

void TakeProgram(const Statement& statement, const ProgramStatement& program,
                 TextReporter& report, PortionPolicy& portion);
void TakeServes(const ServesStatement& serves, TextReporter& report,
                PortionPolicy& portion);

// Reports what no policy of programs may be: some portions with one and some
// without, words about a split, sockets in each other's directories or beside a
// credential, clients that are not there or that wait for each other.
void CheckPrograms(TextReporter& report, const Policy& policy);

bool HasPrograms(const Policy& policy);
// The portion whose program gets the command line and standard input: the first
// untrusted one. Null: there is none.
const PortionPolicy* MainProgram(const Policy& policy);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_PROGRAM_WORDS_H_
