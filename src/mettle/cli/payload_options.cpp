#include "mettle/cli/payload_options.hpp"

#include <fmt/format.h>

#include <charconv>

namespace mettle::cli {

namespace {

constexpr std::int64_t kMostRows = 1'000'000;
constexpr std::uint64_t kMostPayloads = 100'000;
constexpr std::size_t kMostSteps = 64;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<std::uint64_t> parse_whole(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        return invalid(fmt::format("'{}' is not a whole number from {} to {}", text, least, most));
    return value;
}

Result<payload::SizeLaw> parse_batch(const std::string& text) {
    auto law = payload::SizeLaw::parse(text, 1);
    const bool bounded = law && law->most() < payload::SizeLaw::kMost;
    if (bounded && law->most() > kMostRows)
        return invalid(fmt::format("'{}' is beyond {} rows", text, kMostRows));
    return law;
}

Result<std::vector<std::int64_t>> parse_sweep(const std::string& text) {
    constexpr std::string_view kName = "batch=";
    const auto wrong = [&](std::string_view why) {
        return invalid(fmt::format("'{}' is no sweep: {}; write batch=1,2,4,8", text, why));
    };
    if (!text.starts_with(kName)) return wrong("it does not say what of");
    std::vector<std::int64_t> sizes;
    std::string_view rest = std::string_view(text).substr(kName.size());
    for (;;) {
        const auto comma = rest.find(',');
        const auto size = parse_whole(rest.substr(0, comma), 1, kMostRows);
        if (!size) return wrong(size.error().message);
        if (sizes.size() == kMostSteps) return wrong("it has more than 64 sizes");
        sizes.push_back(static_cast<std::int64_t>(*size));
        if (comma == std::string_view::npos) return sizes;
        rest.remove_prefix(comma + 1);
    }
}

// A Flags::Take that adds what `parse` reads to a map.
template <typename Map, typename Parse>
Flags::Take put_into(Map& map, Parse parse) {
    return [&map, parse](const std::string& text) -> Result<void> {
        auto entry = parse(text);
        if (!entry) return std::unexpected(entry.error());
        map.insert_or_assign(std::move(entry->first), std::move(entry->second));
        return {};
    };
}

}  // namespace

Result<PayloadId> parse_payload_id(std::string_view text) {
    const auto wrong = [text] {
        return invalid(
            fmt::format("'{}' is no payload's id: write it as a failure names it, like "
                        "digits/7/1-3fa9c2b1",
                        text));
    };
    const auto last = text.rfind('/');
    if (last == std::string_view::npos || last == 0) return wrong();
    const auto middle = text.rfind('/', last - 1);
    if (middle == std::string_view::npos || middle == 0) return wrong();
    const std::string_view tail = text.substr(last + 1);
    const auto index = parse_whole(text.substr(middle + 1, last - middle - 1), 0, kMostPayloads);
    const auto seed = parse_whole(tail.substr(0, tail.find('-')), 0, UINT64_MAX);
    if (!index || !seed) return wrong();
    return PayloadId{std::string(text.substr(0, middle)), *index, *seed};
}

bool about_tensors(const PayloadOptions& options) {
    return options.inputs.batch_given || !options.inputs.shapes.empty() ||
           !options.inputs.values.empty() || !options.sweep.empty() || options.canaries;
}

void add_tensor_flags(Flags& flags, PayloadOptions& options) {
    const char* group = "What to send";
    flags
        .add(
            "-b,--batch",
            [&options](const std::string& text) -> Result<void> {
                auto law = parse_batch(text);
                if (!law) return std::unexpected(law.error());
                options.inputs.batch = std::move(*law);
                options.inputs.batch_given = true;
                return {};
            },
            "models: rows in a request: 8, 1..16, choice(1*8,8*2), lognormal(p50=4,p99=32), "
            "trace(FILE)",
            "1")
        ->group(group);
    flags
        .add_list("--shape", put_into(options.inputs.shapes, payload::parse_shape_law),
                  "models: shape of an input with free dimensions, as INPUT:1,3,224,224; sizes may "
                  "vary as in --batch; repeatable")
        ->group(group);
    flags
        .add_list("--values", put_into(options.inputs.values, payload::parse_input_values),
                  "models: INPUT:LAW with uniform(a,b), normal(m,s), zipf(n,s), onehot, tokens(v), "
                  "zeros, ones, constant(x), noise, text(n); repeatable")
        ->group(group);
    flags.app()
        .add_option("--data", options.inputs.data,
                    "real rows, .csv, .jsonl, .npy or .npz, by the names of the inputs")
        ->group(group);
    flags
        .add(
            "--payloads",
            [&options](const std::string& text) -> Result<void> {
                const auto count = parse_whole(text, 1, kMostPayloads);
                if (!count) return std::unexpected(count.error());
                options.count = *count;
                return {};
            },
            "different requests that are made before and sent in turn", "32, or all of --data")
        ->group(group);
    flags
        .add(
            "--sweep",
            [&options](const std::string& text) -> Result<void> {
                auto sizes = parse_sweep(text);
                if (!sizes) return std::unexpected(sizes.error());
                options.sweep = std::move(*sizes);
                return {};
            },
            "models: a task for each batch size, as batch=1,2,4,8")
        ->group(group);
    flags.app()
        .add_flag("--canaries", options.canaries,
                  "models: ask each payload once alone, and hold all later answers against that")
        ->group(group);
    flags
        .add(
            "--reproduce",
            [&options](const std::string& text) -> Result<void> {
                const auto id = parse_payload_id(text);
                if (!id) return std::unexpected(id.error());
                options.reproduce = text;
                return {};
            },
            "send the payload of a failure again, once, and show request and answer in full")
        ->group(group);
}

}  // namespace mettle::cli
