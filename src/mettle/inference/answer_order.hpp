#pragma once

#include "mettle/inference/call.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace mettle {

// Answers calls in the order in which they came, whichever ran first (`preserve_ordering`). Holds
// as many as the queue and the runs do. Any thread.
class AnswerOrder {
public:
    void enter(InferenceCall& call) {
        const std::lock_guard lock(mutex_);
        call.place.number = next_++;
    }

    // `answer` is called for this call and those that waited for it, one at a time on all threads:
    // REQUIRES: it does not come back here.
    void done(InferenceCall& call, const std::function<void(InferenceCall&)>& answer) {
        const std::lock_guard lock(mutex_);
        done_.emplace(call.place.number, &call);
        while (!done_.empty() && done_.begin()->first == first_) {
            InferenceCall& ready = *done_.begin()->second;
            done_.erase(done_.begin());
            ++first_;
            answer(ready);
        }
    }

private:
    std::mutex mutex_;
    std::uint64_t next_ = 0;
    std::uint64_t first_ = 0;  // Not answered.
    std::map<std::uint64_t, InferenceCall*> done_;
};

}  // namespace mettle
