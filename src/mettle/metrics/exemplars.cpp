#include "mettle/metrics/exemplars.hpp"

#include <chrono>

namespace mettle {

namespace {

constexpr Duration kPause = std::chrono::milliseconds(100);

std::int64_t since_1970_ms() {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(wall).count();
}

}  // namespace

void Exemplars::offer(std::size_t bucket, std::int64_t value_ns, std::string_view request_id,
                      TimePoint now) {
    Slot& slot = slots_[bucket];
    const std::int64_t now_ns = now.time_since_epoch().count();
    std::int64_t next = slot.next_ns.load(std::memory_order_relaxed);
    if (now_ns < next || request_id.empty() || request_id.size() > kMostIdBytes) return;
    const std::int64_t later = now_ns + kPause.count();
    if (!slot.next_ns.compare_exchange_strong(next, later, std::memory_order_relaxed)) return;
    const std::lock_guard lock(slot.mutex);
    slot.latest.request_id = request_id;
    slot.latest.value_ns = value_ns;
    slot.latest.at_ms = since_1970_ms();
}

std::optional<Exemplar> Exemplars::read(std::size_t bucket) const {
    const Slot& slot = slots_[bucket];
    const std::lock_guard lock(slot.mutex);
    if (slot.latest.request_id.empty()) return std::nullopt;
    return slot.latest;
}

}  // namespace mettle
