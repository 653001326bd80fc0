#include "mettle/base/exit_code.hpp"
#include "mettle/cli/verbs.hpp"

namespace mettle::cli {

int prove_main(int /*argc*/, char** /*argv*/) {
    throw StartupError("mettle prove: not built in yet");
}

}  // namespace mettle::cli
