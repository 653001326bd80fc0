#include "mettle/inference/repository.hpp"

#include "mettle/base/exit_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

namespace mettle {

namespace {

// Holds the same model, and counts its holders by itself.
std::shared_ptr<ServedModel> counted_apart(const std::shared_ptr<ServedModel>& model) {
    return {model.get(), [model](ServedModel*) {}};
}

const std::shared_ptr<ServedModel>* version_in(const ServedVersions& served,
                                               std::string_view version) {
    if (served.models.empty()) return nullptr;
    if (version.empty() && served.preferred.empty()) return &served.models.back();
    if (version.empty()) {
        const auto* preferred = version_in(served, served.preferred);
        return preferred ? preferred : &served.models.back();
    }
    const auto found = std::ranges::find_if(
        served.models, [&](const auto& model) { return model->version() == version; });
    return found == served.models.end() ? nullptr : &*found;
}

std::size_t number_of_this_thread() {
    static std::atomic<std::size_t> next = 0;
    thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
    return number;
}

}  // namespace

std::string_view name_of(ModelState state) {
    switch (state) {
        case ModelState::ready:
            return "READY";
        case ModelState::unavailable:
            return "UNAVAILABLE";
        case ModelState::loading:
            return "LOADING";
        case ModelState::unloading:
            return "UNLOADING";
    }
    return "UNAVAILABLE";
}

void ModelRepository::set(const std::string& name, ServedVersions served,
                          std::vector<VersionState> states) {
    const std::lock_guard lock(mutex_);
    const bool nothing = served.models.empty();
    for (Shard& shard : shards_) {
        ServedVersions copy;
        copy.labels = served.labels;
        copy.preferred = served.preferred;
        for (const auto& model : served.models) copy.models.push_back(counted_apart(model));
        // The old ones end behind the lock.
        const std::lock_guard shard_lock(shard.mutex);
        if (nothing)
            shard.served.erase(name);
        else
            std::swap(shard.served[name], copy);
    }
    if (states.empty())
        states_.erase(name);
    else
        states_[name] = std::move(states);
    if (nothing)
        served_.erase(name);
    else
        served_[name] = std::move(served);
}

void ModelRepository::add(std::shared_ptr<ServedModel> model) {
    const std::string name = model->name();
    ServedVersions served;
    std::vector<VersionState> states;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = served_.find(name); found != served_.end()) served = found->second;
    }
    if (version_in(served, model->version())) {
        throw StartupError(
            fmt::format("two models are named '{}' (version {}): rename a folder, or use --name",
                        name, model->version()));
    }
    served.models.push_back(std::move(model));
    std::ranges::sort(served.models, {},
                      [](const auto& entry) { return std::stol(entry->version()); });
    for (const auto& each : served.models)
        states.push_back({each->version(), ModelState::ready, "", false});
    set(name, std::move(served), std::move(states));
}

const ModelRepository::Shard& ModelRepository::shard_here() const {
    return shards_[number_of_this_thread() % kShards];
}

std::shared_ptr<ServedModel> ModelRepository::find(std::string_view name,
                                                   std::string_view version) const {
    const Shard& shard = shard_here();
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.served.find(name);
    if (found == shard.served.end()) return nullptr;
    const auto* model = version_in(found->second, version);
    return model ? *model : nullptr;
}

std::shared_ptr<ServedModel> ModelRepository::find_labelled(std::string_view name,
                                                            std::string_view label) const {
    const Shard& shard = shard_here();
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.served.find(name);
    if (found == shard.served.end()) return nullptr;
    const auto version = found->second.labels.find(label);
    if (version == found->second.labels.end()) return nullptr;
    const auto* model = version_in(found->second, version->second);
    return model ? *model : nullptr;
}

Error ModelRepository::missing(std::string_view name, std::string_view version) const {
    std::unique_lock lock(mutex_);
    const auto found = states_.find(name);
    if (found == states_.end() || found->second.empty())
        return {Error::Kind::not_found,
                fmt::format("Request for unknown model: '{}' is not found", name)};
    const auto& states = found->second;
    const auto known = std::ranges::find_if(states, [&](const VersionState& state) {
        return version.empty() ? &state == &states.back() : state.version == version;
    });
    if (known == states.end())
        return {
            Error::Kind::not_found,
            fmt::format("Request for unknown model: '{}' version {} is not found", name, version)};
    const std::string which =
        version.empty() ? fmt::format("'{}'", name) : fmt::format("'{}' version {}", name, version);
    if (known->evicted && wanted_) {
        lock.unlock();
        wanted_(std::string(name));
        return {Error::Kind::unavailable,
                fmt::format("model {} had made room for others and is being loaded again; try "
                            "again shortly",
                            which)};
    }
    const bool later = known->state == ModelState::loading;
    return {later ? Error::Kind::unavailable : Error::Kind::not_found,
            fmt::format("Request for unknown model: {} is not at ready state: {}", which,
                        later                   ? "it is being loaded"
                        : known->reason.empty() ? "it is not loaded"
                                                : known->reason)};
}

std::vector<std::string> ModelRepository::versions_of(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> versions;
    if (const auto found = served_.find(name); found != served_.end()) {
        for (const auto& model : found->second.models) versions.push_back(model->version());
    }
    return versions;
}

std::vector<std::shared_ptr<ServedModel>> ModelRepository::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<ServedModel>> models;
    for (const auto& [name, versions] : served_) {
        for (const auto& model : versions.models) models.push_back(model);
    }
    return models;
}

std::vector<ModelRepository::IndexEntry> ModelRepository::index() const {
    const std::lock_guard lock(mutex_);
    std::vector<IndexEntry> entries;
    for (const auto& [name, states] : states_) {
        for (const VersionState& state : states) entries.push_back({name, state});
    }
    return entries;
}

}  // namespace mettle
