#pragma once

#include "mettle/inference/call.hpp"

#include <stop_token>
#include <vector>

namespace mettle {

// What a worker has been given: calls for one run of the model. Its token ends the run when nobody
// wants any of their answers. A worker's own, used again; the scheduler writes it under its lock.
class Run final : public RunToken {
public:
    bool cancelled() const override { return stop_.stop_requested(); }
    std::stop_token stop_token() const override { return stop_.get_token(); }

    std::vector<InferenceCall*> calls;

private:
    friend class CallScheduler;

    std::stop_source stop_{std::nostopstate};
    std::size_t wanted_ = 0;  // Calls that somebody still waits for.
    std::int64_t rows_ = 0;
};

}  // namespace mettle
