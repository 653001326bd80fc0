#pragma once

// The latest ids of one kind that answers brought, as the paths that they make: "/items/5". At most
// kMost, each once; a new one takes the place of the oldest. One worker's. Keeps the memory of
// what it drops, so that it soon allocates no more.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::protocols::openapi {

class IdRing {
public:
    static constexpr std::size_t kMost = 256;

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == kMost; }
    const std::string& at(std::size_t index) const { return slots_[index].path; }

    void add(std::string_view path) {
        const std::size_t hash = std::hash<std::string_view>()(path);
        for (std::size_t index = 0; index < size_; ++index)
            if (slots_[index].hash == hash && slots_[index].path == path) return;
        const std::size_t where = full() ? oldest_++ % kMost : size_++;
        if (where >= slots_.size()) slots_.emplace_back();
        slots_[where].hash = hash;
        slots_[where].path = path;
    }
    void remove(std::size_t index) { std::swap(slots_[index], slots_[--size_]); }

private:
    struct Slot {
        std::size_t hash = 0;
        std::string path;
    };

    std::vector<Slot> slots_;
    std::size_t size_ = 0;
    std::size_t oldest_ = 0;  // Once full.
};

}  // namespace mettle::protocols::openapi
