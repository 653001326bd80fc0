#pragma once

#include "mettle/base/result.hpp"
#include "mettle/tensor/signature.hpp"

#include <onnxruntime_c_api.h>

#include <optional>
#include <string>

namespace mettle::onnx {

// ONNX Runtime's door: of the library that METTLE_ONNXRUNTIME names, else of libonnxruntime.so.1 as
// the loader finds it (beside this program first). The first call opens it, and throws
// StartupError when there is none or it is too old; start_runtime() makes that call.
const OrtApiBase& api_base();

// ONNX Runtime's function table. Its C interface, since the C++ wrapper throws for what is an
// expected outcome here, and allocates for each call.
const OrtApi& api();

// The process's environment: its log goes to ours, its arena grows by what is asked for.
OrtEnv* environment();

// What a failed call says, on one line; nothing for success. Frees `status`.
std::optional<std::string> message_of(OrtStatus* status);

std::optional<DataType> from_onnx(ONNXTensorElementDataType type);
ONNXTensorElementDataType to_onnx(DataType type);

// Frees what the runtime gave.
struct Release {
    void operator()(OrtValue* value) const { api().ReleaseValue(value); }
    void operator()(OrtSession* session) const { api().ReleaseSession(session); }
    void operator()(OrtSessionOptions* options) const { api().ReleaseSessionOptions(options); }
    void operator()(OrtRunOptions* options) const { api().ReleaseRunOptions(options); }
    void operator()(OrtMemoryInfo* info) const { api().ReleaseMemoryInfo(info); }
    void operator()(OrtTypeInfo* info) const { api().ReleaseTypeInfo(info); }
    void operator()(OrtTensorTypeAndShapeInfo* info) const {
        api().ReleaseTensorTypeAndShapeInfo(info);
    }
    void operator()(OrtArenaCfg* config) const { api().ReleaseArenaCfg(config); }
};

}  // namespace mettle::onnx
