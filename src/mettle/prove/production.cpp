#include "mettle/prove/production.hpp"

#include "mettle/schema/yaml_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <sstream>

namespace mettle::prove {
namespace {

constexpr std::size_t kMostBytes = 64 << 10;
constexpr double kAlike = 0.1;  // Memory that differs by less is called the same.

const char* cores_word(double cores) {
    return cores == 1 ? "core" : "cores";
}

void read_memory(YamlReader& reader, const YamlNode* node, Production& production) {
    if (!node) return;
    const auto size = parse_size(reader.text(*node, "memory"));
    if (size && *size > 0)
        production.memory_bytes = *size;
    else if (node->is_scalar())
        reader.wrong(*node,
                     size ? "memory is above 0" : fmt::format("memory: {}", size.error().message));
}

void read_network(YamlReader& reader, const YamlNode& node, Production& production) {
    KeyReader keys(reader, node, "'network'");
    if (const YamlNode* trip = keys.take("round_trip"))
        production.round_trip = reader.duration(*trip, "round_trip");
    if (const YamlNode* bandwidth = keys.take("bandwidth"))
        production.bandwidth_mbit = reader.number(*bandwidth, "bandwidth (Mbit/s)", 0.001, 1e7);
    keys.finish();
}

void read_limits(YamlReader& reader, const YamlNode& node, Production& production) {
    KeyReader keys(reader, node, "'limits'");
    if (const YamlNode* files = keys.take("open_files")) {
        if (const auto most = reader.whole(*files, "open_files", 1, 1'000'000'000))
            production.open_files = static_cast<std::uint64_t>(*most);
    }
    keys.finish();
}

// One comparison: what is said, what is here, and the sentence where they differ.
void compare(std::vector<std::string>& found, const std::string& name, const std::string& what,
             const std::string& there, const std::optional<std::string>& here, bool alike) {
    if (!here)
        found.push_back(
            fmt::format("{}: {} has {}; what it is here cannot be seen", what, name, there));
    else if (!alike)
        found.push_back(fmt::format("{}: {} here, {} in {}", what, *here, there, name));
}

void compare_network(std::vector<std::string>& found, const Production& production,
                     const Environment& here) {
    if (!production.round_trip && !production.bandwidth_mbit) return;
    std::string there;
    if (production.round_trip)
        there = fmt::format("a round trip of {}", format_duration(*production.round_trip));
    if (production.bandwidth_mbit)
        there +=
            fmt::format("{}{:g} Mbit/s", there.empty() ? "" : " and ", *production.bandwidth_mbit);
    compare(found, production.name, "network", there,
            here.loopback ? std::optional<std::string>("none, loopback") : std::nullopt, false);
}

}  // namespace

Production read_production(std::string_view text, const std::string& name, Mistakes& mistakes) {
    const YamlNode root =
        parse_yaml(text, mistakes.add_file(name), mistakes, {kMostBytes, 2'000, 8});
    YamlReader reader(mistakes);
    KeyReader keys(reader, root, "a description of production");
    Production production;
    if (const YamlNode* node = keys.take("name")) production.name = reader.text(*node, "name");
    if (const YamlNode* node = keys.take("cpu")) production.cpu = reader.text(*node, "cpu");
    if (const YamlNode* node = keys.take("cores"))
        production.cores = reader.number(*node, "cores", 0.001, 100'000);
    read_memory(reader, keys.take("memory"), production);
    if (const YamlNode* node = keys.take("replicas")) {
        if (const auto replicas = reader.whole(*node, "replicas", 1, 1'000'000))
            production.replicas = static_cast<int>(*replicas);
    }
    if (const YamlNode* node = keys.take("network")) read_network(reader, *node, production);
    if (const YamlNode* node = keys.take("limits")) read_limits(reader, *node, production);
    keys.finish();
    return production;
}

Result<Production> production_at(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf()))
        return fail(Error::Kind::invalid_input, fmt::format("{} cannot be read", path));
    Mistakes mistakes;
    auto production = read_production(text.str(), path, mistakes);
    if (!mistakes.empty()) return fail(Error::Kind::invalid_input, mistakes.to_string());
    return production;
}

std::vector<std::string> differences(const Production& production, const Environment& here) {
    std::vector<std::string> found;
    const std::string& name = production.name;
    if (production.cores) {
        const auto words = [](double cores) {
            return fmt::format("{:g} {}", cores, cores_word(cores));
        };
        compare(found, name, "cores", words(*production.cores),
                here.cores ? std::optional(words(*here.cores)) : std::nullopt,
                here.cores && *here.cores == *production.cores);
    }
    if (!production.cpu.empty())
        compare(found, name, "CPU", production.cpu,
                here.cpu.empty() ? std::nullopt : std::optional(here.cpu),
                here.cpu.find(production.cpu) != std::string::npos);
    if (production.memory_bytes) {
        const auto there = static_cast<double>(*production.memory_bytes);
        const auto memory = here.memory_bytes;
        compare(found, name, "memory", format_size(*production.memory_bytes),
                memory ? std::optional(format_size(*memory)) : std::nullopt,
                memory && std::abs(static_cast<double>(*memory) - there) <= kAlike * there);
    }
    compare_network(found, production, here);
    if (production.replicas && *production.replicas > 1)
        compare(found, name, "replicas", std::to_string(*production.replicas), "one was proved",
                false);
    if (production.open_files)
        compare(found, name, "open files", std::to_string(*production.open_files),
                here.open_files ? std::optional(std::to_string(*here.open_files)) : std::nullopt,
                here.open_files == production.open_files);
    return found;
}

}  // namespace mettle::prove
