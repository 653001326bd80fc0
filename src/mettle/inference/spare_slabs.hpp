#pragma once

#include "mettle/inference/model.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace mettle {

// Slabs of a model that are not in use, so that calls need no new memory. Any thread.
class SpareSlabs {
public:
    // `model` outlives this. A slab that has grown beyond `most_bytes` is freed instead of kept.
    SpareSlabs(Model& model, std::size_t most_bytes) : model_(model), most_bytes_(most_bytes) {}

    std::unique_ptr<Slab> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!spare_.empty()) {
                auto slab = std::move(spare_.back());
                spare_.pop_back();
                bytes_ -= slab->bytes();
                return slab;
            }
        }
        return model_.make_slab();
    }

    void give_back(std::unique_ptr<Slab> slab) {
        const std::lock_guard lock(mutex_);
        if (slab->bytes() > most_bytes_ || spare_.size() == kMost) return;
        bytes_ += slab->bytes();
        spare_.push_back(std::move(slab));
    }

    // Of the slabs that are kept here; those in use are their calls'.
    std::size_t bytes() const {
        const std::lock_guard lock(mutex_);
        return bytes_;
    }

private:
    static constexpr std::size_t kMost = 64;

    Model& model_;
    const std::size_t most_bytes_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Slab>> spare_;
    std::size_t bytes_ = 0;
};

}  // namespace mettle
