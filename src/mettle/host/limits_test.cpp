#include "mettle/host/limits.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace mettle::host {
namespace {

TEST(Limits, RaisesTheDescriptorLimitToItsHardValue) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit lowered{before.rlim_max / 2, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace mettle::host
