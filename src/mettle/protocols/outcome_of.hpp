#pragma once

#include "mettle/http/wire_client.hpp"
#include "mettle/load/transport.hpp"

namespace mettle::protocols {

inline load::Outcome outcome_of(http::WireOutcome outcome) {
    using enum http::WireOutcome;
    switch (outcome) {
        case answered:
            return load::Outcome::ok;
        case connect:
            return load::Outcome::connect;
        case closed:
            return load::Outcome::closed;
        case malformed:
            return load::Outcome::protocol;
        case timeout:
            return load::Outcome::timeout;
        case cancelled:
            return load::Outcome::cancelled;
    }
    return load::Outcome::protocol;
}

}  // namespace mettle::protocols
