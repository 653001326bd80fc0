#pragma once

#include "mettle/load/transport.hpp"
#include "mettle/results/request_record.hpp"

#include <cstdint>

namespace mettle::load {

// Calls `visit(phase, units)` for each phase that the server has told of, in units of 100 ns. Gives
// back their sum.
template <typename Visit>
std::int64_t for_each_server_phase(const ServerTimes& server, Visit visit) {
    using results::Phase;
    std::int64_t sum = 0;
    const auto show = [&](Phase phase, std::int32_t units) {
        if (units < 0) return;
        visit(phase, units);
        sum += units;
    };
    show(Phase::parse, server.parse);
    show(Phase::pre, server.pre);
    show(Phase::queue, server.queue);
    show(Phase::batch, server.batch);
    show(Phase::infer, server.infer);
    show(Phase::post, server.post);
    show(Phase::write, server.write);
    return sum;
}

}  // namespace mettle::load
