#pragma once

#include "mettle/base/units.hpp"
#include "mettle/inference/model.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace mettle {

struct InferenceCall;
class Run;

// A call's place among those that wait, and the run that it is part of. The scheduler's own, under
// its lock.
struct QueuePlace {
    enum class Stage : std::uint8_t { outside, waiting, running };
    enum class Gone : std::uint8_t { no, left, late };

    Stage stage = Stage::outside;
    Gone gone = Gone::no;  // Runs, and nobody waits for it any more.
    bool by_slo = false;   // The deadline is not the client's: once it runs, late beats never.
    std::uint64_t level = 0;
    InferenceCall* before = nullptr;
    InferenceCall* behind = nullptr;
    TimePoint queued;
    TimePoint leave = TimePoint::max();  // Its queue policy's limit.
    Duration predicted_wait{};
    Run* run = nullptr;
};

// Where a submitter wants the results of calls that ended together, all at once: it then wakes its
// thread once for a run and not once for each call in it.
class ResultBox {
public:
    virtual ~ResultBox() = default;

    // In place of on_result() for each; `outcome` is what it would have been given. The calls are
    // the submitter's again. Any thread.
    virtual void put(std::span<InferenceCall* const> calls) = 0;
};

// One question to a model, from whatever protocol or handler it came. It knows no HTTP: who makes
// it fills the slab's inputs, submits it, and gets on_result() once. Used again for later
// questions, so that the way of a request allocates nothing.
struct InferenceCall {
    virtual ~InferenceCall() = default;
    InferenceCall() = default;
    InferenceCall(InferenceCall&&) = delete;

    // Called once, on the thread that ran the model: the submitter's own when the call ran inline.
    // A worker puts the call into its `box` instead, if it has one.
    virtual void on_result(Result<void> result) = 0;

    std::unique_ptr<Slab> slab;
    std::int64_t rows = 1;  // First dimension of a model that batches, else 1.
    std::uint64_t priority = 0;
    TimePoint deadline = TimePoint::max();
    std::uint64_t client = 0;  // Who asks, for fairness: a hash of key or address. 0: nobody known.

    // Moments on its way, for Server-Timing and metrics.
    TimePoint received;             // The request was whole.
    TimePoint parsed;               // The inputs were ready; submitted.
    TimePoint chosen;               // Taken from the queue.
    TimePoint started;              // The run began.
    TimePoint finished;             // The run ended.
    Duration pre{};                 // Took Model::before(), between chosen and started,
    Duration post{};                // and Model::after(), behind finished.
    std::int64_t batch_rows = 1;    // Rows in the run that answered it.
    std::uint64_t run_id = 0;       // Of the run: calls that shared it have the same. 0: none ran.
    std::size_t queued_before = 0;  // Calls that waited for the model when it was submitted.

    int retry_after_ms = 0;  // Beside a refusal: when to come again. 0: nothing to say.
    QueuePlace place;
    std::uint64_t number = 0;  // In the order of arrival: AnswerOrder's own.

    Result<void> outcome;  // Of the run, on its way to on_result().
    std::shared_ptr<ResultBox> box;
};

}  // namespace mettle
