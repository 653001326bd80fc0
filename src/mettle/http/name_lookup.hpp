#pragma once

// Asks where a host is again and again, for a load that follows DNS. The system's resolver blocks,
// so it is asked on a thread of its own, and answers are announced on a descriptor. Owned by one
// client, on whose thread everything but the resolver runs.

#include "mettle/http/address.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mettle::http {

class NameLookup {
public:
    // Called on the lookup's thread; the seam for tests.
    using Resolve = std::function<Result<std::vector<Address>>()>;

    struct Answer {
        std::uint64_t who = 0;
        Address address;
        std::string error;  // Empty: found.
    };

    // Of several addresses those of the family of `like` are taken, which the load has found to
    // work, in turn.
    NameLookup(Resolve resolve, const Address& like);
    // Waits for the question that is under way: the resolver has a time limit of its own.
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    // Who asks while a question is under way waits for the next, so no answer is older than the
    // asking; all who wait then share one, so that a slow resolver makes no queue of questions.
    // Bounded by who asks.
    void ask(std::uint64_t who);
    int fd() const { return event_; }         // Readable when there are answers.
    void take(std::vector<Answer>& answers);  // Replaces what is in it.

private:
    void run();
    void answer(const std::vector<std::uint64_t>& asking);

    Resolve resolve_;
    int family_;
    int event_ = -1;
    std::size_t turn_ = 0;  // Of the addresses; the thread's own.
    std::mutex mutex_;
    std::condition_variable asked_;
    std::vector<std::uint64_t> waiting_;
    std::vector<Answer> answers_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace mettle::http
