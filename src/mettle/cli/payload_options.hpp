#pragma once

// What the payloads of a load are made of, as flags say it.

#include "mettle/cli/flags.hpp"
#include "mettle/payload/input_maker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle::cli {

// One size of --sweep: a task of its own.
struct SweepStep {
    std::string label;                  // "b=4", "ids=1,128", "body=1KiB"
    std::optional<std::int64_t> batch;  // Rows,
    std::string input;                  // or the shape of an input, "*" for all,
    std::vector<payload::SizeLaw> shape;
    std::optional<std::uint64_t> body;  // or the bytes of a made-up body.
};

struct PayloadOptions {
    payload::MakerOptions inputs;        // Its seed is --seed.
    std::optional<std::uint64_t> count;  // --payloads; else 32, or all rows of --data.
    std::vector<SweepStep> sweep;        // All of one kind.
    bool canaries = false;
    std::string reproduce;  // The id of the one to send.
};

// -b, --shape, --values, --data and --payloads.
void add_tensor_flags(Flags& flags, PayloadOptions& options);
// What only a load makes of them: --sweep, --canaries and --reproduce.
void add_payload_trial_flags(Flags& flags, PayloadOptions& options);

// Whether --sweep is about bodies.
bool sweeps_bodies(const PayloadOptions& options);

// Whether anything was said that only a model's signature gives a sense.
bool about_tensors(const PayloadOptions& options);

// "digits/7/1-3fa9c2b1" or without what follows the dash.
struct PayloadId {
    std::string task;
    std::uint64_t index = 0;
    std::uint64_t seed = 0;
};
Result<PayloadId> parse_payload_id(std::string_view text);

}  // namespace mettle::cli
