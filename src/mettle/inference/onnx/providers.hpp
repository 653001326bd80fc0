#pragma once

// Execution providers: what of a machine runs a graph's nodes. They are built into the runtime, or
// come from plug-in libraries.

#include "mettle/inference/provider_choice.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct OrtEpDevice;
struct OrtSessionOptions;

namespace mettle::onnx {

// A library that brings a provider, and what it found on this machine: none where it can't work.
struct ProviderLibrary {
    std::string name;
    std::vector<const OrtEpDevice*> devices;  // The runtime's, for as long as the process lives.
};

// Loads it, for good. Fails with a sentence when it is no such library.
Result<ProviderLibrary> open_provider_library(const std::string& name,
                                              const std::filesystem::path& file);

// What can be asked for here: "cpu", "cuda", ...
std::vector<std::string> offered_providers(std::span<const ProviderLibrary> libraries);

// Adds them to a session's, first choice first, and takes from the list those that can't be had,
// with a warning in the log. "cpu" comes last or not at all: it takes every node, so what stands
// behind it goes, too, and where it is not in the list it takes none. Fails with why when nothing
// is left.
Result<void> add_providers(OrtSessionOptions* session, std::vector<ProviderChoice>& choices,
                           std::span<const ProviderLibrary> libraries);

// Those of a list that can be had, before there is any session; fails and warns as above.
Result<std::vector<ProviderChoice>> usable_providers(std::vector<ProviderChoice> choices,
                                                     std::span<const ProviderLibrary> libraries);

}  // namespace mettle::onnx
