#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

namespace mettle {

// Values handed from any thread to the threads of a pool. Full: try_push() says no at once, and the
// caller refuses the work. Closed: what is queued is still handed out, then pop() gives nothing.
template <typename T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : ring_(capacity) {}

    bool try_push(T value) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_ || size_ == ring_.size()) return false;
            ring_[(first_ + size_++) % ring_.size()] = std::move(value);
        }
        ready_.notify_one();
        return true;
    }

    // Waits for a value; nothing once the queue is closed and empty.
    std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return size_ > 0 || closed_; });
        if (size_ == 0) return std::nullopt;
        return pop_first();
    }

    // The value that has waited longest, if `take` says yes to it; does not wait.
    template <typename Take>
    std::optional<T> pop_if(Take take) {
        const std::lock_guard lock(mutex_);
        if (size_ == 0 || !take(ring_[first_])) return std::nullopt;
        return pop_first();
    }

    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        ready_.notify_all();
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return size_;
    }

private:
    T pop_first() {
        T value = std::move(ring_[first_]);
        first_ = (first_ + 1) % ring_.size();
        --size_;
        return value;
    }

    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::vector<T> ring_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
    bool closed_ = false;
};

}  // namespace mettle
