#pragma once

#include "mettle/prove/plan.hpp"
#include "mettle/results/prove_result.hpp"

#include <string_view>

namespace mettle::prove {

// Who watches: the terminal. Called on the thread that proves.
class Observer {
public:
    virtual ~Observer() = default;

    // Something worth a line of its own: where the server runs, what is assumed.
    virtual void note(std::string_view line) = 0;
    virtual void stage_started(StageName stage, Duration expected) = 0;
    // What is going on, at most some times a second.
    virtual void doing(std::string_view what) = 0;
    virtual void stage_ended(const results::StageResult& result) = 0;
};

}  // namespace mettle::prove
