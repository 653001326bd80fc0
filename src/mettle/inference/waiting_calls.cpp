#include "mettle/inference/waiting_calls.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>

namespace mettle {

void WaitingCalls::push(InferenceCall& call) {
    QueuePlace& place = call.place;
    METTLE_ASSERT(place.stage == QueuePlace::Stage::outside);
    Level& level = levels_[place.level];
    auto [found, is_new] = level.by_id.try_emplace(call.client);
    if (is_new) {
        level.turns.push_back({.id = call.client});
        found->second = std::prev(level.turns.end());
    }
    Client& client = *found->second;
    place.before = client.last;
    place.behind = nullptr;
    (client.last ? client.last->place.behind : client.first) = &call;
    client.last = &call;
    place.stage = QueuePlace::Stage::waiting;
    ++client.calls;
    ++level.calls;
    ++calls_;
    rows_ += call.rows;
}

void WaitingCalls::take(InferenceCall& call) {
    unlink(call, true);
}

void WaitingCalls::remove(InferenceCall& call) {
    unlink(call, false);
}

void WaitingCalls::unlink(InferenceCall& call, bool was_its_turn) {
    QueuePlace& place = call.place;
    METTLE_ASSERT(place.stage == QueuePlace::Stage::waiting);
    Level& level = levels_[place.level];
    const auto found = level.by_id.find(call.client);
    METTLE_ASSERT(found != level.by_id.end());
    Client& client = *found->second;
    (place.before ? place.before->place.behind : client.first) = place.behind;
    (place.behind ? place.behind->place.before : client.last) = place.before;
    place.before = place.behind = nullptr;
    place.stage = QueuePlace::Stage::outside;
    --level.calls;
    --calls_;
    rows_ -= call.rows;
    if (--client.calls == 0) {
        level.turns.erase(found->second);
        level.by_id.erase(found);
    } else if (was_its_turn) {
        level.turns.splice(level.turns.end(), level.turns, found->second);
    }
}

void WaitingCalls::choose(Order order, const std::function<Verdict(InferenceCall&)>& ask,
                          std::vector<InferenceCall*>& chosen) const {
    constexpr int kMostLookedAt = 4096;
    int looked_at = 0;
    const auto next_of = [order](const InferenceCall* call) {
        return order == Order::oldest_first ? call->place.behind : call->place.before;
    };
    std::vector<InferenceCall*> at;  // Where each client's turn has come to.
    for (const auto& [number, level] : levels_) {
        at.clear();
        for (const Client& client : level.turns)
            at.push_back(order == Order::oldest_first ? client.first : client.last);
        while (!at.empty()) {
            for (InferenceCall*& call : at) {
                bool taken = false;
                for (; call && !taken; call = next_of(call)) {
                    if (++looked_at > kMostLookedAt) return;
                    const Verdict verdict = ask(*call);
                    if (verdict == Verdict::stop) return;
                    taken = verdict == Verdict::take;
                    if (taken) chosen.push_back(call);
                }
            }
            std::erase(at, nullptr);
        }
    }
}

void WaitingCalls::for_each(const std::function<void(InferenceCall&)>& visit) const {
    for (const auto& [number, level] : levels_) {
        for (const Client& client : level.turns)
            for (InferenceCall* call = client.first; call; call = call->place.behind) visit(*call);
    }
}

TimePoint WaitingCalls::oldest() const {
    TimePoint oldest = TimePoint::max();
    for (const auto& [number, level] : levels_)
        for (const Client& client : level.turns)
            oldest = std::min(oldest, client.first->place.queued);
    return oldest;
}

std::size_t WaitingCalls::calls_of(std::uint64_t level) const {
    const auto found = levels_.find(level);
    return found == levels_.end() ? 0 : found->second.calls;
}

std::size_t WaitingCalls::calls_of(std::uint64_t level, std::uint64_t client) const {
    const auto found = levels_.find(level);
    if (found == levels_.end()) return 0;
    const auto its = found->second.by_id.find(client);
    return its == found->second.by_id.end() ? 0 : its->second->calls;
}

std::size_t WaitingCalls::clients_of(std::uint64_t level) const {
    const auto found = levels_.find(level);
    return found == levels_.end() ? 0 : found->second.turns.size();
}

InferenceCall& WaitingCalls::newest_of_busiest(std::uint64_t level) const {
    const auto found = levels_.find(level);
    METTLE_ASSERT(found != levels_.end() && found->second.calls > 0);
    return *std::ranges::max_element(found->second.turns, {}, &Client::calls)->last;
}

}  // namespace mettle
