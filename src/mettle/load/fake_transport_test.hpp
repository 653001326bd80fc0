#pragma once

// A Transport without a network: each attempt ends after a time that the test chooses. For tests of
// the engine, in real time or by the moments in the attempts alone.

#include "mettle/base/clock_ns.hpp"
#include "mettle/load/transport.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace mettle::load {

// How an attempt ends: sets outcome, status and detail, and returns how long it takes.
using FakeAnswer = std::function<std::int64_t(Attempt&)>;

class FakeTransport final : public Transport {
public:
    FakeTransport(Completion& completion, FakeAnswer answer)
        : completion_(completion), answer_(std::move(answer)) {}

    void start(Attempt& attempt) override {
        const std::int64_t now = clock_ns();
        attempt.sent_ns = attempt.send_end_ns = now;
        attempt.connect_ns = 0;
        attempt.first_byte_ns = 0;
        attempt.outcome = Outcome::ok;
        attempt.status = 200;
        attempt.detail = {};
        attempt.server = {};
        attempt.waited_for_connection = false;
        attempt.bytes_sent = 10;
        attempt.bytes_received = 20;
        open_.push_back({now + answer_(attempt), &attempt});
    }
    void cancel(Attempt& attempt) override {
        std::erase_if(open_, [&](const Open& open) { return open.attempt == &attempt; });
        finish(attempt, Outcome::cancelled);
    }
    void poll(std::int64_t until_ns) override {
        std::int64_t wake = until_ns;
        for (const Open& open : open_) wake = std::min(wake, open.ends_ns);
        const std::int64_t wait = wake - clock_ns();
        if (wait > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
        const std::int64_t now = clock_ns();
        for (std::size_t index = 0; index < open_.size();) {
            Attempt& attempt = *open_[index].attempt;
            const bool late = attempt.deadline_ns <= now;
            if (open_[index].ends_ns > now && !late) {
                ++index;
                continue;
            }
            const bool timed_out = open_[index].ends_ns > now;
            open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
            finish(attempt, timed_out ? Outcome::timeout : attempt.outcome);
        }
    }
    int poll_fd() const override { return -1; }
    std::uint64_t connections_opened() const override { return 1; }

private:
    struct Open {
        std::int64_t ends_ns;
        Attempt* attempt;
    };

    void finish(Attempt& attempt, Outcome outcome) {
        attempt.outcome = outcome;
        if (outcome == Outcome::timeout || outcome == Outcome::cancelled) attempt.status = 0;
        attempt.first_byte_ns = attempt.done_ns = clock_ns();
        completion_.on_complete(attempt);
    }

    Completion& completion_;
    FakeAnswer answer_;
    std::vector<Open> open_;
};

class FakeTransports final : public TransportFactory {
public:
    explicit FakeTransports(FakeAnswer answer) : answer_(std::move(answer)) {}

    std::unique_ptr<Transport> make(Completion& completion, int /*worker*/) const override {
        return std::make_unique<FakeTransport>(completion, answer_);
    }

private:
    FakeAnswer answer_;
};

}  // namespace mettle::load
