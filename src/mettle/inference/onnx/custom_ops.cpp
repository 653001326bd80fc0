#include "mettle/inference/onnx/custom_ops.hpp"

#include <fmt/format.h>

#include <dlfcn.h>

#include <string>
#include <string_view>

namespace mettle::onnx {

namespace {

namespace fs = std::filesystem;

// "ops.cpython-311-x86_64-linux-gnu.so" -> "libpython3.11.so.1.0"; empty for what is no module.
std::string python_of(const fs::path& library) {
    constexpr std::string_view kMark = ".cpython-3";
    const std::string name = library.filename().string();
    const auto at = name.find(kMark);
    if (at == std::string::npos) return {};
    const std::string_view rest = std::string_view(name).substr(at + kMark.size());
    const std::string_view minor = rest.substr(0, rest.find_first_not_of("0123456789"));
    return minor.empty() ? std::string() : fmt::format("libpython3.{}.so.1.0", minor);
}

std::string last_error() {
    const char* error = dlerror();
    return error ? error : "unknown error";
}

}  // namespace

Result<void> open_custom_ops(const fs::path& library) {
    const auto cannot = [&library](std::string_view why) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("custom operators of {}: {}", library.string(), why));
    };
    std::error_code error;
    if (!fs::exists(library, error)) return cannot("no such file");
    if (!fs::is_regular_file(library, error)) return cannot("not a file");
    // Without a slash the loader would look in the system's folders instead.
    const std::string path = fs::absolute(library).string();
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const std::string why = last_error();
        const std::string python = python_of(library);
        if (python.empty() || !why.contains("undefined symbol")) return cannot(why);
        if (!dlopen(python.c_str(), RTLD_LAZY | RTLD_GLOBAL))
            return cannot(
                fmt::format("it is a Python module and needs {}, which is not there: "
                            "install it, or take a library that was built without Python",
                            python));
        handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle) return cannot(last_error());
    }
    if (!dlsym(handle, "RegisterCustomOps"))
        return cannot("it has no function RegisterCustomOps, so it is no library of operators");
    return {};
}

}  // namespace mettle::onnx
