#pragma once

#include <stdexcept>
#include <string>

namespace mettle {

// What a verb's exit code says; the same for all verbs, and scripts rely on it.
enum class ExitCode {
    passed = 0,       // Done, and passed.
    failed = 1,       // Ran, and the verdict is fail.
    bad_input = 2,    // Bad usage or input; nothing was sent.
    no_verdict = 3,   // INVALID or inconclusive.
    unreachable = 4,  // The target could not be reached at the start, or went away for good.
};

// The world broke a promise at start-up: a port is taken, a model unreadable, a flag contradictory.
// Caught once, in main, which prints the one sentence and exits with the code.
class StartupError : public std::runtime_error {
public:
    explicit StartupError(const std::string& sentence, ExitCode code = ExitCode::bad_input)
        : std::runtime_error(sentence), code_(code) {}

    ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

}  // namespace mettle
