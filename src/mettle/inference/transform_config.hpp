#pragma once

// What stands between what clients send and what a model reads, and behind what it gives.

namespace mettle {

struct TransformConfig {
    bool operator==(const TransformConfig&) const = default;
};

}  // namespace mettle
