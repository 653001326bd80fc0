#pragma once

#include "mettle/inference/call.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace mettle {

// Answers calls in the order in which they came, whichever ran first (`preserve_ordering`). Holds
// as many as the queue and the runs do. Every call that has entered has to be done some day, run
// or not: those behind it wait for it. Any thread.
class AnswerOrder {
public:
    using Answer = std::function<void(InferenceCall&)>;

    void enter(InferenceCall& call) {
        const std::lock_guard lock(mutex_);
        call.number = next_++;
    }

    // `answer` is called for this call once those before it have been answered: here, or on the
    // thread that is about to answer them. It may come back here, since no lock is held.
    void done(InferenceCall& call, Answer answer) {
        std::unique_lock lock(mutex_);
        done_.emplace(call.number, Done{&call, std::move(answer)});
        if (answering_) return;
        answering_ = true;
        while (!done_.empty() && done_.begin()->first == first_) {
            const Done ready = std::move(done_.begin()->second);
            done_.erase(done_.begin());
            ++first_;
            lock.unlock();
            ready.answer(*ready.call);
            lock.lock();
        }
        answering_ = false;
    }

private:
    struct Done {
        InferenceCall* call;
        Answer answer;
    };

    std::mutex mutex_;
    std::uint64_t next_ = 0;
    std::uint64_t first_ = 0;  // Not answered.
    bool answering_ = false;   // A thread is at it, and takes what comes meanwhile.
    std::map<std::uint64_t, Done> done_;
};

}  // namespace mettle
