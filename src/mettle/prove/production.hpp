#pragma once

// The environment that a service is meant for, as its owner describes it, and what differs from
// the one in which it was proved. A verdict holds where it was found; this says how far that is
// from where it will be relied on.
//
//   name: eu-west pods
//   cpu: AMD EPYC 9654
//   cores: 4
//   memory: 8GiB
//   replicas: 3
//   network: {round_trip: 2ms, bandwidth: 1000}   # Mbit/s
//   limits: {open_files: 65536}

#include "mettle/base/units.hpp"
#include "mettle/schema/place.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::prove {

struct Production {
    bool operator==(const Production&) const = default;

    std::string name = "production";
    std::string cpu;
    std::optional<double> cores;  // Of one replica.
    std::optional<std::uint64_t> memory_bytes;
    std::optional<int> replicas;
    std::optional<Duration> round_trip;
    std::optional<double> bandwidth_mbit;
    std::optional<std::uint64_t> open_files;
};

// Mistakes are noted with their places; then the description is of no use. `name` is the file's.
Production read_production(std::string_view text, const std::string& name, Mistakes& mistakes);
Result<Production> production_at(const std::string& path);

// Where the target ran; nothing where it cannot be seen.
struct Environment {
    std::string cpu;
    std::optional<double> cores;
    std::optional<std::uint64_t> memory_bytes;  // Of its machine.
    std::optional<std::uint64_t> open_files;    // That its processes may have.
    bool loopback = false;                      // No network between the load and it.
};

// A sentence for each that is otherwise here, and for each that could not be compared.
std::vector<std::string> differences(const Production& production, const Environment& here);

}  // namespace mettle::prove
