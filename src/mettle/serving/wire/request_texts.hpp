#pragma once

#include "mettle/serving/wire/fake_slab.hpp"

#include <list>
#include <string>
#include <string_view>

namespace mettle::wire {

// For tests of request parsers: bodies as the server has them, with other bytes behind, and a slab
// for a signature's inputs.
struct RequestTexts {
    std::string_view body(std::string text) {
        const std::size_t size = text.size();
        kept.push_back(std::move(text.append(64, '#')));
        return std::string_view(kept.back()).substr(0, size);
    }
    FakeSlab& fresh_slab(const Signature& signature) {
        slab = {};
        for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
        return slab;
    }

    std::list<std::string> kept;
    FakeSlab slab;
};

}  // namespace mettle::wire
