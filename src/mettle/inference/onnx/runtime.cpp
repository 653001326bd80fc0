#include "mettle/inference/onnx/runtime.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/base/exit_code.hpp"
#include "mettle/base/log.hpp"

#include <fmt/format.h>

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace mettle::onnx {

namespace {

// A run that was ended since nobody waited for it. An overloaded server ends many.
bool is_our_own_doing(std::string_view message) {
    return message.contains("terminate flag being set");
}

void ORT_API_CALL write_log(void*, OrtLoggingLevel level, const char*, const char*, const char*,
                            const char* message) {
    if (is_our_own_doing(message)) return;
    const std::string line = fmt::format("onnxruntime: {}", message);
    level >= ORT_LOGGING_LEVEL_ERROR ? log::error(line) : log::warning(line);
}

constexpr std::array kTypes = {
    std::pair{DataType::boolean, ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL},
    std::pair{DataType::uint8, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8},
    std::pair{DataType::uint16, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16},
    std::pair{DataType::uint32, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32},
    std::pair{DataType::uint64, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64},
    std::pair{DataType::int8, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8},
    std::pair{DataType::int16, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16},
    std::pair{DataType::int32, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32},
    std::pair{DataType::int64, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64},
    std::pair{DataType::fp16, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16},
    std::pair{DataType::bf16, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16},
    std::pair{DataType::fp32, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT},
    std::pair{DataType::fp64, ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE},
    std::pair{DataType::bytes, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING},
};

// The same as requested instead of powers of two, and shared by all sessions.
void register_arena(OrtEnv* env) {
    OrtArenaCfg* config = nullptr;
    OrtMemoryInfo* memory = nullptr;
    constexpr int kSameAsRequested = 1;
    auto failure = message_of(api().CreateArenaCfg(0, kSameAsRequested, -1, -1, &config));
    const std::unique_ptr<OrtArenaCfg, Release> owned_config(config);
    if (!failure)
        failure =
            message_of(api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
    const std::unique_ptr<OrtMemoryInfo, Release> owned_memory(memory);
    if (!failure) failure = message_of(api().CreateAndRegisterAllocator(env, memory, config));
    if (failure) log::warning(fmt::format("onnxruntime: no shared arena: {}", *failure));
}

OrtEnv* make_environment() {
    OrtEnv* env = nullptr;
    const auto failure = message_of(api().CreateEnvWithCustomLogger(
        write_log, nullptr, ORT_LOGGING_LEVEL_ERROR, "mettle", &env));
    METTLE_ASSERT(!failure);
    register_arena(env);
    return env;
}

// Opened when it is needed instead of linked: then the library may be that of Python's onnxruntime,
// whose file has a name of its own in each version, and a load test does without it. It is global,
// since plug-ins may take names from it.
const OrtApiBase& open_library() {
    const char* chosen = std::getenv("METTLE_ONNXRUNTIME");
    const std::string path = chosen && *chosen ? chosen : "libonnxruntime.so.1";
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (!library)
        throw StartupError(fmt::format(
            "models need ONNX Runtime, which can't be loaded: {}; METTLE_ONNXRUNTIME may name "
            "its library",
            dlerror()));
    using Entry = const OrtApiBase* (*)();
    const auto entry = reinterpret_cast<Entry>(dlsym(library, "OrtGetApiBase"));
    if (!entry) throw StartupError(fmt::format("{} is not ONNX Runtime", path));
    return *entry();
}

const OrtApi& open_api() {
    const OrtApi* const table = api_base().GetApi(ORT_API_VERSION);
    if (!table)
        throw StartupError(fmt::format("ONNX Runtime {} is too old: Mettle needs 1.{} or later",
                                       api_base().GetVersionString(), ORT_API_VERSION));
    return *table;
}

}  // namespace

const OrtApiBase& api_base() {
    static const OrtApiBase& base = open_library();
    return base;
}

const OrtApi& api() {
    static const OrtApi& table = open_api();
    return table;
}

OrtEnv* environment() {
    static OrtEnv* const env = make_environment();
    return env;
}

std::optional<std::string> message_of(OrtStatus* status) {
    if (!status) return std::nullopt;
    std::string message = api().GetErrorMessage(status);
    api().ReleaseStatus(status);
    std::ranges::replace(message, '\n', ' ');
    return message;
}

std::optional<DataType> from_onnx(ONNXTensorElementDataType type) {
    const auto* found =
        std::ranges::find(kTypes, type, [](const auto& pair) { return pair.second; });
    if (found == kTypes.end()) return std::nullopt;
    return found->first;
}

ONNXTensorElementDataType to_onnx(DataType type) {
    return std::ranges::find(kTypes, type, [](const auto& pair) { return pair.first; })->second;
}

}  // namespace mettle::onnx
