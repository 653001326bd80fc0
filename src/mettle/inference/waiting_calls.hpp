#pragma once

#include "mettle/inference/call.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <unordered_map>
#include <vector>

namespace mettle {

// The calls that wait, in the order of their turn: levels of priority, the lowest number first; in
// a level its clients take turns, a call each; a client's own calls go as they came, or the newest
// first. Whoever asks a thousand things at once delays himself. Owns no call; links them through
// their `place`, so that any can leave at once. One thread at a time.
class WaitingCalls {
public:
    enum class Order { oldest_first, newest_first };

    // REQUIRES: it is in none; its place.level and client are set
    void push(InferenceCall& call);
    // REQUIRES: it is here. Its client's next turn comes after the other clients'.
    void take(InferenceCall& call);
    void remove(InferenceCall& call);

    enum class Verdict { take, pass_over, stop };
    // Asks about one after the other in the order of their turn, and appends to `chosen` what is to
    // be taken. Looks at 4,096 calls at most.
    void choose(Order order, const std::function<Verdict(InferenceCall&)>& ask,
                std::vector<InferenceCall*>& chosen) const;

    void for_each(const std::function<void(InferenceCall&)>& visit) const;

    bool empty() const { return calls_ == 0; }
    std::size_t calls() const { return calls_; }
    std::int64_t rows() const { return rows_; }
    // When the call came that has waited longest, of all. REQUIRES: not empty
    TimePoint oldest() const;

    std::size_t calls_of(std::uint64_t level) const;
    std::size_t calls_of(std::uint64_t level, std::uint64_t client) const;
    std::size_t clients_of(std::uint64_t level) const;
    // The newest call of the client who has most calls waiting. REQUIRES: calls_of(level) > 0
    InferenceCall& newest_of_busiest(std::uint64_t level) const;

private:
    struct Client {
        std::uint64_t id = 0;
        InferenceCall* first = nullptr;
        InferenceCall* last = nullptr;
        std::size_t calls = 0;
    };
    struct Level {
        std::list<Client> turns;
        std::unordered_map<std::uint64_t, std::list<Client>::iterator> by_id;
        std::size_t calls = 0;
    };

    void unlink(InferenceCall& call, bool was_its_turn);

    std::map<std::uint64_t, Level> levels_;
    std::size_t calls_ = 0;
    std::int64_t rows_ = 0;
};

}  // namespace mettle
