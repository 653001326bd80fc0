#include "mettle/inference/model_config_reader.hpp"

#include "mettle/inference/model_config_parts.hpp"
#include "mettle/inference/transform_reader.hpp"
#include "mettle/schema/text_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>

namespace mettle {

namespace {

namespace fs = std::filesystem;

// A config is a page; beyond these it is somebody's mistake, or somebody's attack.
constexpr YamlLimits kLimits{.bytes = std::size_t{1} << 20, .nodes = 20'000, .depth = 32};

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

// "maxBatchSize" is "max_batch_size": protobuf's JSON takes both. Not below `parameters` and
// other maps whose keys are the writer's own.
void name_as_in_text(YamlNode& node) {
    for (YamlNode& item : node.items) name_as_in_text(item);
    for (YamlEntry& entry : node.entries) {
        std::string name;
        for (const char character : entry.key) {
            const bool upper = character >= 'A' && character <= 'Z';
            if (upper) name += '_';
            name += upper ? static_cast<char>(character - 'A' + 'a') : character;
        }
        entry.key = std::move(name);
        const bool own_keys = entry.key == "parameters" || entry.key == "inputs";
        if (!own_keys) name_as_in_text(entry.value);
    }
}

class ConfigReader {
public:
    ConfigReader(const ReadConfigFile& read_file, ConfigForm form, Mistakes& mistakes)
        : reader_(mistakes), read_file_(read_file), form_(form) {}

    ModelConfig read(const YamlNode& root) {
        KeyReader keys(reader_, root, "a model's config");
        read_identity(keys);
        read_tensors(keys);
        read_running(keys);
        read_versions(keys);
        read_runtime(keys);
        if (const YamlNode* warm_ups = keys.take("model_warmup"))
            config_.warm_ups = read_warm_ups(reader_, *warm_ups, read_file_);
        if (const YamlNode* transforms = keys.take("transforms"))
            config_.transforms = read_transforms(*transforms, read_file_, reader_.mistakes);
        refuse_what_is_not_offered(keys);
        keys.finish();
        return std::move(config_);
    }

private:
    void read_identity(KeyReader& keys) {
        if (const YamlNode* name = keys.take("name")) {
            config_.name = reader_.text(*name, "name");
            config_.name_place = name->place;
        }
        if (const YamlNode* platform = keys.take("platform");
            platform && reader_.text(*platform, "platform") != "onnxruntime_onnx" &&
            !platform->text.empty())
            reader_.wrong(*platform, fmt::format("platform '{}' is not offered: it is "
                                                 "onnxruntime_onnx, or left out",
                                                 platform->text));
        if (const YamlNode* backend = keys.take("backend");
            backend && reader_.text(*backend, "backend") != "onnxruntime" && !backend->text.empty())
            reader_.wrong(*backend, fmt::format("backend '{}' is not offered: it is onnxruntime, "
                                                "or left out",
                                                backend->text));
        if (const YamlNode* file = keys.take("default_model_filename")) {
            config_.model_file = reader_.text(*file, "default_model_filename");
            if (config_.model_file.contains('/') || config_.model_file == "..")
                reader_.wrong(*file,
                              "default_model_filename is a file of the version's folder, "
                              "without a path");
        }
    }

    void read_tensors(KeyReader& keys) {
        if (const YamlNode* inputs = keys.take("input"))
            config_.inputs = read_declared(reader_, *inputs, "input", read_file_, config_.labels);
        if (const YamlNode* outputs = keys.take("output"))
            config_.outputs =
                read_declared(reader_, *outputs, "output", read_file_, config_.labels);
        if (const YamlNode* labels = keys.take("labels"))
            config_.labels = read_labels(reader_, *labels, read_file_);
    }

    void read_running(KeyReader& keys) {
        if (const YamlNode* most = keys.take("max_batch_size")) {
            config_.max_batch_size = reader_.whole(*most, "max_batch_size", 0, 65'536);
            config_.max_batch_place = most->place;
            if (config_.max_batch_size)
                config_.batching.max_batch_rows =
                    std::max<std::int64_t>(*config_.max_batch_size, 1);
        }
        if (const YamlNode* batching = keys.take("dynamic_batching"))
            read_dynamic_batching(reader_, *batching, config_.batching);
        if (const YamlNode* groups = keys.take("instance_group")) read_instances(*groups);
        if (const YamlNode* lane = keys.take("lane")) {
            if (const auto choice = reader_.choice(*lane, "lane", {"auto", "inline", "worker"});
                choice && *choice > 0)
                config_.lane = *choice == 1 ? Lane::inline_on_io : Lane::worker;
        }
        if (const YamlNode* slo = keys.take("slo")) read_slo(*slo);
    }

    void read_instances(const YamlNode& node) {
        int workers = 0;
        for (const YamlNode& item : items_of(node)) {
            KeyReader keys(reader_, item, "an instance_group");
            const YamlNode* count = keys.take("count");
            workers +=
                count ? static_cast<int>(reader_.whole(*count, "count", 1, 256).value_or(1)) : 1;
            keys.take("name");
            if (const YamlNode* kind = keys.take("kind"))
                reader_.choice(*kind, "kind", {"KIND_AUTO", "KIND_CPU", "KIND_GPU", "KIND_MODEL"});
            for (const std::string_view key :
                 {"gpus", "profile", "rate_limiter", "passive", "host_policy", "secondary_devices"})
                keys.take(key);
            keys.finish();
        }
        if (workers > 0) config_.workers = std::min(workers, 256);
    }

    // "p99<20ms", as the flag's; or {p99: 20ms}.
    void read_slo(const YamlNode& node) {
        std::string_view limit;
        if (node.is_map()) {
            KeyReader keys(reader_, node, "slo");
            if (const YamlNode* p99 = keys.take("p99"))
                config_.slo_p99 = reader_.duration(*p99, "p99");
            return keys.finish();
        }
        const std::string text = reader_.text(node, "slo");
        limit = text;
        if (limit.starts_with("p99")) limit.remove_prefix(3);
        while (limit.starts_with(' ')) limit.remove_prefix(1);
        const bool compared = limit.size() < text.size() && limit.starts_with('<');
        if (compared) limit.remove_prefix(1);
        while (limit.starts_with(' ')) limit.remove_prefix(1);
        const auto value = parse_duration(limit);
        if (compared && value && *value > Duration::zero())
            config_.slo_p99 = *value;
        else if (node.is_scalar())
            reader_.wrong(
                node, fmt::format("slo is a limit like p99<20ms, not '{}'", text.substr(0, 60)));
    }

    void read_versions(KeyReader& keys) {
        if (const YamlNode* policy = keys.take("version_policy")) read_policy(*policy);
        if (const YamlNode* labels = keys.take("version_labels")) {
            for (const auto& [label, version] : map_entries(reader_, *labels, "version_labels")) {
                if (is_digits(label))
                    reader_.wrong(*version, fmt::format("'{}' is a version, not a label", label));
                else if (const auto number = reader_.whole(*version, "a version", 1, 999'999'999))
                    config_.version_labels[label] = fmt::to_string(*number);
            }
        }
    }

    void read_policy(const YamlNode& node) {
        KeyReader keys(reader_, node, "version_policy");
        const YamlEntry* kind = keys.take_one({"latest", "all", "specific"});
        keys.finish();
        if (!kind) return;
        KeyReader inside(reader_, kind->value, kind->key);
        VersionPolicy& policy = config_.versions;
        if (kind->key == "latest") {
            policy = {VersionPolicy::Kind::latest, 1, {}};
            if (const YamlNode* count = inside.take("num_versions"))
                policy.latest = static_cast<std::size_t>(
                    reader_.whole(*count, "num_versions", 1, 1'000).value_or(1));
        } else if (kind->key == "specific") {
            policy = {VersionPolicy::Kind::specific, 0, {}};
            const YamlNode* versions = inside.take("versions");
            if (!versions)
                reader_.wrong(kind->value, "specific needs versions: [1, 2]");
            else
                for (const YamlNode& item : items_of(*versions))
                    if (const auto version = reader_.whole(item, "a version", 1, 999'999'999))
                        policy.specific.push_back(*version);
        } else {
            policy = {VersionPolicy::Kind::all, 0, {}};
        }
        inside.finish();
    }

    void read_runtime(KeyReader& keys) {
        RuntimeConfig& runtime = config_.runtime;
        if (const YamlNode* threads = keys.take("intra_op_threads")) {
            if (const auto count = reader_.whole(*threads, "intra_op_threads", 1, 256))
                runtime.intra_op_threads = static_cast<int>(*count);
        }
        if (const YamlNode* providers = keys.take("providers")) read_providers(*providers);
        if (const YamlNode* libraries = keys.take("custom_ops")) read_custom_ops(*libraries);
        if (const YamlNode* optimization = keys.take("optimization"))
            read_optimization(*optimization);
        if (const YamlNode* parameters = keys.take("parameters")) read_parameters(*parameters);
    }

    // A library runs code as it is opened: no client of the server may choose one.
    void read_custom_ops(const YamlNode& node) {
        if (form_ == ConfigForm::json)
            reader_.wrong(node,
                          "custom_ops can't come with a load request: name the library with "
                          "--custom-ops");
        else
            config_.runtime.custom_op_libraries = reader_.texts(node, "custom_ops");
    }

    // `cpu`, or `cuda: {device_id: 0}`.
    void read_providers(const YamlNode& node) {
        for (const YamlNode& item : items_of(node)) {
            if (!item.is_map()) {
                if (auto name = reader_.text(item, "a provider"); !name.empty())
                    config_.runtime.providers.push_back({std::move(name), {}});
                continue;
            }
            for (const YamlEntry& entry : item.entries) {
                std::map<std::string, std::string> options;
                for (const YamlEntry& option : entry.value.entries)
                    options[option.key] = reader_.text(option.value, "a provider's option");
                config_.runtime.providers.emplace_back(entry.key, std::move(options));
            }
        }
    }

    void read_optimization(const YamlNode& node) {
        KeyReader keys(reader_, node, "optimization");
        if (const YamlNode* graph = keys.take("graph")) {
            KeyReader inside(reader_, *graph, "graph");
            if (const YamlNode* level = inside.take("level")) {
                // Triton's: -1 is ONNX Runtime's basic, 1 and above its extended, 0 all of it.
                const auto wanted = reader_.whole(*level, "level", -1, 2);
                config_.runtime.graph_optimization_level = wanted == -1             ? 1
                                                           : wanted.value_or(0) > 0 ? 2
                                                                                    : 99;
            }
            inside.finish();
        }
        for (const std::string_view key :
             {"cuda", "priority", "input_pinned_memory", "output_pinned_memory",
              "gather_kernel_buffer_threshold", "eager_batching"})
            keys.take(key);
        if (const YamlNode* accelerators = keys.take("execution_accelerators"))
            read_accelerators(*accelerators);
        keys.finish();
    }

    void read_accelerators(const YamlNode& node) {
        KeyReader keys(reader_, node, "execution_accelerators");
        for (const std::string_view list :
             {"gpu_execution_accelerator", "cpu_execution_accelerator"}) {
            const YamlNode* accelerators = keys.take(list);
            if (!accelerators) continue;
            for (const YamlNode& item : items_of(*accelerators)) {
                KeyReader inside(reader_, item, "an accelerator");
                const YamlNode* name = inside.take("name");
                std::map<std::string, std::string> options;
                if (const YamlNode* parameters = inside.take("parameters"))
                    for (const auto& [key, value] : map_entries(reader_, *parameters, "parameters"))
                        options[key] = reader_.text(*value, "a parameter");
                inside.finish();
                if (name)
                    config_.runtime.providers.emplace_back(reader_.text(*name, "name"),
                                                           std::move(options));
            }
        }
        keys.finish();
    }

    // Triton's ONNX backend reads its threads here; the others are somebody else's.
    void read_parameters(const YamlNode& node) {
        for (const auto& [key, value] : map_entries(reader_, node, "parameters")) {
            if (key != "intra_op_thread_count") continue;
            const YamlNode* text = value->is_map() ? value->find("string_value") : value;
            const auto count =
                text ? reader_.whole(*text, "intra_op_thread_count", 0, 256) : std::nullopt;
            if (count && *count > 0) config_.runtime.intra_op_threads = static_cast<int>(*count);
        }
    }

    void refuse_what_is_not_offered(KeyReader& keys) {
        for (const std::string_view key :
             {"ensemble_scheduling", "sequence_batching", "model_transaction_policy", "batch_input",
              "batch_output", "model_repository_agents"}) {
            if (const YamlNode* node = keys.take(key))
                reader_.wrong(*node, fmt::format("{} is not offered", key));
        }
        if (const YamlNode* cache = keys.take("response_cache")) {
            const YamlNode* enable = cache->find("enable");
            if (enable && reader_.truth(*enable, "enable"))
                reader_.wrong(*enable, "response_cache is not offered");
        }
        for (const std::string_view key :
             {"metric_tags", "model_metrics", "cc_model_filenames", "model_operations", "runtime"})
            keys.take(key);
    }

    YamlReader reader_;
    const ReadConfigFile& read_file_;
    ConfigForm form_;
    ModelConfig config_;
};

// Files of the folder itself; Triton's warm-up data stands one below.
Result<std::string> read_beside(const fs::path& folder, const std::string& name) {
    const fs::path path(name);
    if (path.is_absolute() || std::ranges::find(path, "..") != path.end())
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is not inside the model's folder", name));
    return read_small_file(folder / path);
}

}  // namespace

std::span<const YamlNode> items_of(const YamlNode& node) {
    if (node.is_list()) return node.items;
    if (node.is_null()) return {};
    return {&node, 1};
}

std::vector<std::pair<std::string, const YamlNode*>> map_entries(YamlReader& reader,
                                                                 const YamlNode& node,
                                                                 std::string_view what) {
    std::vector<std::pair<std::string, const YamlNode*>> entries;
    const auto is_entry = [](const YamlNode& item) {
        return item.entries.size() == 2 && item.find("key") && item.find("value");
    };
    if (node.is_map() && !is_entry(node)) {
        for (const YamlEntry& entry : node.entries) entries.emplace_back(entry.key, &entry.value);
        return entries;
    }
    for (const YamlNode& item : items_of(node)) {
        if (is_entry(item))
            entries.emplace_back(reader.text(*item.find("key"), "key"), item.find("value"));
        else
            reader.wrong(item, fmt::format("{} is a map of names to values", what));
    }
    return entries;
}

ModelConfig read_model_config(std::string_view text, ConfigForm form, const std::string& name,
                              const ReadConfigFile& read_file, Mistakes& mistakes) {
    const int file = mistakes.add_file(name);
    const std::size_t before = mistakes.size();
    YamlNode root = form == ConfigForm::text_format
                        ? parse_text_format(text, file, mistakes, kLimits)
                        : parse_yaml(text, file, mistakes, kLimits);
    if (mistakes.size() > before) return {};  // What follows from half a text is no help.
    if (form == ConfigForm::json) name_as_in_text(root);
    return ConfigReader(read_file, form, mistakes).read(root);
}

Result<std::string> read_small_file(const fs::path& file) {
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return fail(Error::Kind::not_found, fmt::format("there is no file {}", file.string()));
    constexpr std::uintmax_t kMost = std::uintmax_t{1} << 20;
    if (fs::file_size(file, error) > kMost)
        return fail(Error::Kind::too_large, fmt::format("{} is larger than 1 MiB", file.string()));
    std::ifstream stream(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (stream.bad() || !stream.is_open())
        return fail(Error::Kind::not_found,
                    fmt::format("can't read {}: {}", file.string(), std::strerror(errno)));
    return text;
}

ModelConfig read_model_folder(const fs::path& folder, Mistakes& mistakes) {
    std::error_code error;
    const fs::path yaml = folder / "mettle.yaml", text_format = folder / "config.pbtxt";
    const bool is_yaml = fs::exists(yaml, error);
    const bool is_text = fs::exists(text_format, error);
    if (!is_yaml && !is_text) return {};
    const fs::path& file = is_yaml ? yaml : text_format;
    const auto text = read_small_file(file);
    if (!text || (is_yaml && is_text)) {
        mistakes.add(
            {mistakes.add_file(file.string()), 1, 1},
            text ? "config.pbtxt stands beside it: keep one of the two" : text.error().message);
        return {};
    }
    return read_model_config(
        *text, is_yaml ? ConfigForm::yaml : ConfigForm::text_format, file.string(),
        [&folder](const std::string& name) { return read_beside(folder, name); }, mistakes);
}

}  // namespace mettle
