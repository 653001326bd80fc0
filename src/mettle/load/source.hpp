#pragma once

// Where a worker's requests come from: users that wait for their answers (closed load), or arrivals
// that do not (open load). Pure scheduling: told the time, and handed what has ended.

#include "mettle/load/recorder.hpp"
#include "mettle/load/transport.hpp"

#include <cstdint>
#include <functional>

namespace mettle::load {

// What a source may do with its worker.
class Launcher {
public:
    // Sends the attempt; it comes back through Source::on_done(), possibly before this returns.
    virtual void launch(Attempt& attempt) = 0;

protected:
    ~Launcher() = default;
};

class Source {
public:
    static constexpr std::int64_t kNever = INT64_MAX;

    virtual ~Source() = default;

    // When the next request is due; kNever while all wait for answers, or when none is left.
    virtual std::int64_t next_due_ns() const = 0;
    // Launches what is due, or a part of it where that is much: then next_due_ns() has passed.
    virtual void release(std::int64_t now_ns) = 0;
    // Records nothing; the attempt's slot may be used again at once.
    virtual void on_done(Attempt& attempt, std::int64_t now_ns) = 0;
    // Nobody comes any more, and who is there leaves: after the request in flight or, where the
    // plan says so, the task; release() goes on until all have left.
    virtual void stop(std::int64_t now_ns) = 0;
    // What is in flight is being given up: nothing follows on it.
    virtual void abandon() = 0;
    // All have left, and nobody will come.
    virtual bool exhausted() const = 0;
    // Takes those that are due before `moment_ns` off and says how many; they will not be sent.
    virtual std::uint64_t unsent_before(std::int64_t moment_ns) = 0;
    virtual int users() const = 0;  // Now; 0 for an open load.
    virtual void for_each_in_flight(const std::function<void(Attempt&)>& visit) = 0;
};

}  // namespace mettle::load
