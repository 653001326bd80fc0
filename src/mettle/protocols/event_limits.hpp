#pragma once

#include "mettle/base/units.hpp"

#include <cstdint>
#include <string>

namespace mettle::protocols {

// When a stream of server-sent events is over, whichever is first; with none of them, when the
// server ends it.
struct EventLimits {
    std::uint32_t count = 0;             // So many events; 0: any number.
    std::string until = {};              // An event with this data; empty: none.
    Duration length = Duration::zero();  // From the due time; zero: the request's timeout fails it.
};

}  // namespace mettle::protocols
