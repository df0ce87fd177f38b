/* As the generated unit of a portion has it. */
#include "runtime/revoking_free.h"
