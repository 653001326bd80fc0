#include "mettle/inference/onnx/providers.hpp"

#include "mettle/base/log.hpp"
#include "mettle/inference/onnx/runtime.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <memory>

namespace mettle::onnx {

namespace {

using Failure = std::optional<std::string>;

template <typename List, typename Value, typename Projection = std::identity>
bool has(const List& list, const Value& value, Projection projection = {}) {
    return std::ranges::count(list, value, projection) > 0;
}

// "CUDAExecutionProvider" and "CUDA" are "cuda".
std::string short_name(std::string_view name) {
    constexpr std::string_view kSuffix = "ExecutionProvider";
    if (name.size() > kSuffix.size() && name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
    std::string text(name);
    for (char& letter : text)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
}

// In the runtime's own words.
std::vector<std::string> built_in() {
    char** names = nullptr;
    int count = 0;
    std::vector<std::string> list;
    if (message_of(api().GetAvailableProviders(&names, &count))) return list;
    list.assign(names, names + count);
    (void)message_of(api().ReleaseAvailableProviders(names, count));
    return list;
}

struct OptionTexts {
    explicit OptionTexts(const ProviderChoice& choice) {
        for (const auto& [key, value] : choice.options) {
            keys.push_back(key.c_str());
            values.push_back(value.c_str());
        }
    }
    std::vector<const char*> keys, values;
};

struct ReleaseProviderOptions {
    void operator()(OrtCUDAProviderOptionsV2* options) const {
        api().ReleaseCUDAProviderOptions(options);
    }
    void operator()(OrtTensorRTProviderOptionsV2* options) const {
        api().ReleaseTensorRTProviderOptions(options);
    }
};

Failure add_cuda(OrtSessionOptions* session, const OptionTexts& texts) {
    OrtCUDAProviderOptionsV2* raw = nullptr;
    if (auto failure = message_of(api().CreateCUDAProviderOptions(&raw))) return failure;
    const std::unique_ptr<OrtCUDAProviderOptionsV2, ReleaseProviderOptions> options(raw);
    if (auto failure = message_of(api().UpdateCUDAProviderOptions(
            raw, texts.keys.data(), texts.values.data(), texts.keys.size())))
        return failure;
    return message_of(api().SessionOptionsAppendExecutionProvider_CUDA_V2(session, raw));
}

Failure add_tensorrt(OrtSessionOptions* session, const OptionTexts& texts) {
    OrtTensorRTProviderOptionsV2* raw = nullptr;
    if (auto failure = message_of(api().CreateTensorRTProviderOptions(&raw))) return failure;
    const std::unique_ptr<OrtTensorRTProviderOptionsV2, ReleaseProviderOptions> options(raw);
    if (auto failure = message_of(api().UpdateTensorRTProviderOptions(
            raw, texts.keys.data(), texts.values.data(), texts.keys.size())))
        return failure;
    return message_of(api().SessionOptionsAppendExecutionProvider_TensorRT_V2(session, raw));
}

Failure add_built_in(OrtSessionOptions* session, const std::string& full_name,
                     const ProviderChoice& choice) {
    const OptionTexts texts(choice);
    const std::string name = short_name(full_name);
    if (name == "cuda") return add_cuda(session, texts);
    if (name == "tensorrt") return add_tensorrt(session, texts);
    return message_of(api().SessionOptionsAppendExecutionProvider(
        session, full_name.c_str(), texts.keys.data(), texts.values.data(), texts.keys.size()));
}

#if ORT_API_VERSION >= 22

std::string provider_of(const OrtEpDevice* device) {
    return short_name(api().EpDevice_EpName(device));
}

bool brings(const ProviderLibrary& library, std::string_view name) {
    return short_name(library.name) == name || has(library.devices, name, provider_of);
}

// All devices of one provider: it shares the work out among them.
Failure add_plug_in(OrtSessionOptions* session, const ProviderLibrary& library,
                    const ProviderChoice& choice) {
    if (library.devices.empty())
        return "its library has found no device on this machine that it can use";
    const std::string provider = has(library.devices, short_name(choice.name), provider_of)
                                     ? short_name(choice.name)
                                     : provider_of(library.devices.front());
    std::vector<const OrtEpDevice*> devices = library.devices;
    std::erase_if(devices, [&](const auto* device) { return provider_of(device) != provider; });
    const OptionTexts texts(choice);
    return message_of(api().SessionOptionsAppendExecutionProvider_V2(
        session, environment(), devices.data(), devices.size(), texts.keys.data(),
        texts.values.data(), texts.keys.size()));
}

std::span<const OrtEpDevice* const> all_devices() {
    const OrtEpDevice* const* devices = nullptr;
    std::size_t count = 0;
    if (message_of(api().GetEpDevices(environment(), &devices, &count))) return {};
    return {devices, count};
}

#endif

// Why it can't be had; nothing when it was added.
Failure add_one(OrtSessionOptions* session, const ProviderChoice& choice,
                std::span<const ProviderLibrary> libraries) {
    const std::string name = short_name(choice.name);
#if ORT_API_VERSION >= 22
    for (const ProviderLibrary& library : libraries)
        if (brings(library, name)) return add_plug_in(session, library, choice);
#endif
    for (const std::string& full_name : built_in())
        if (short_name(full_name) == name) return add_built_in(session, full_name, choice);
    return fmt::format("it is not here; there {} {}. --ep-library NAME=PATH brings others",
                       offered_providers(libraries).size() == 1 ? "is" : "are",
                       fmt::join(offered_providers(libraries), ", "));
}

bool is_cpu(const ProviderChoice& choice) {
    return short_name(choice.name) == "cpu";
}

}  // namespace

Result<ProviderLibrary> open_provider_library(const std::string& name,
                                              const std::filesystem::path& file) {
    const auto cannot = [&](std::string_view why) {
        return fail(
            Error::Kind::invalid_input,
            fmt::format("can't load the execution provider library {}: {}", file.string(), why));
    };
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return cannot("no such file");
#if ORT_API_VERSION >= 22
    const auto before = all_devices();
    const std::vector<const OrtEpDevice*> known(before.begin(), before.end());
    if (auto failure = message_of(api().RegisterExecutionProviderLibrary(
            environment(), name.c_str(), std::filesystem::absolute(file).c_str())))
        return cannot(*failure);
    ProviderLibrary library{name, {}};
    for (const OrtEpDevice* device : all_devices())
        if (!has(known, device)) library.devices.push_back(device);
    return library;
#else
    return cannot("this build's ONNX Runtime is older than 1.22 and takes none");
#endif
}

std::vector<std::string> offered_providers(std::span<const ProviderLibrary> libraries) {
    std::vector<std::string> names{"cpu"};
    const auto add = [&names](const std::string& name) {
        if (!has(names, name)) names.push_back(name);
    };
    for (const std::string& name : built_in()) add(short_name(name));
    for (const ProviderLibrary& library : libraries)
        if (!library.devices.empty()) add(short_name(library.name));
    return names;
}

Result<void> add_providers(OrtSessionOptions* session, std::vector<ProviderChoice>& choices,
                           std::span<const ProviderLibrary> libraries) {
    std::vector<ProviderChoice> added;
    for (std::size_t index = 0; index < choices.size(); ++index) {
        const ProviderChoice& choice = choices[index];
        const bool cpu = is_cpu(choice);
        const Failure failure = cpu ? std::nullopt : add_one(session, choice, libraries);
        if (!failure) added.push_back({short_name(choice.name), choice.options});
        if (cpu) break;
        if (!failure) continue;
        const std::string why =
            fmt::format("execution provider '{}' can't be had: {}", choice.name, *failure);
        if (added.empty() && index + 1 == choices.size())
            return fail(Error::Kind::unsupported, why);
        log::warning(why + "; going on with the rest of the list");
    }
    choices = std::move(added);
    if (is_cpu(choices.back())) return {};
    if (auto failure = message_of(
            api().AddSessionConfigEntry(session, "session.disable_cpu_ep_fallback", "1")))
        return fail(Error::Kind::internal, *failure);
    return {};
}

Result<std::vector<ProviderChoice>> usable_providers(std::vector<ProviderChoice> choices,
                                                     std::span<const ProviderLibrary> libraries) {
    if (choices.empty()) return choices;
    OrtSessionOptions* raw = nullptr;
    if (auto failure = message_of(api().CreateSessionOptions(&raw)))
        return fail(Error::Kind::internal, *failure);
    const std::unique_ptr<OrtSessionOptions, Release> session(raw);
    if (auto added = add_providers(raw, choices, libraries); !added)
        return std::unexpected(added.error());
    return choices;
}

}  // namespace mettle::onnx
