using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Changes of a module's element type.</summary>
public static class ModuleExtensionMethods
{
    /// <summary>Converts all parameters and buffers of real numbers, in place. Gradients are dropped.</summary>
    public static T to<T>(this T module, ScalarType type, bool non_blocking = false) where T : nn.Module
    {
        foreach (var parameter in module.parameters())
            parameter.Convert(type);
        foreach (var buffer in module.buffers())
            buffer.Convert(type);
        return module;
    }
}
