// `co_await` as the calls that it makes. Internal to ir/.

#ifndef BAILEY_ANALYZER_IR_AWAIT_CALLS_H_
#define BAILEY_ANALYZER_IR_AWAIT_CALLS_H_

namespace llvm {
class Module;
}

namespace bailey::analyzer {

// Clang 19 hides an awaiter's await_suspend() behind an intrinsic that is given
// the function which calls it, until the coroutine is cut into its parts. Puts
// a call of that function in the intrinsic's place: it is what happens. A
// handle that it returns is resumed, and what that runs is counted where the
// other coroutine is made.
void CallAwaitSuspend(llvm::Module& module);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_AWAIT_CALLS_H_
